// @ts-check
/**
 * The binding `AI` for requests of few texts: they go through a Durable Object, where they share calls of the model
 * with others. Larger requests call the model themselves.
 */
import { Fault, InvalidAnswer } from "../numbers/answer.js";
import { CACHED, OUTCOME, request } from "./wire.js";

/** @typedef {import("../requests/request.js").Scope} Scope */

const SHARE = 0.75; // of the time until the deadline, for an object that does not answer

/** Where requests of at most `texts` texts go: to one of several objects. */
class Shards {
  /**
   * @param {DurableObjectNamespace} namespace @param {number} texts @param {number} count of objects
   * @param {string} location hint of the region; "": near the first caller
   */
  constructor(namespace, texts, count, location) {
    this.namespace = namespace;
    this.texts = texts;
    this.count = count;
    this.location = location;
  }

  /** Equal texts go to the same object. @param {string[]} texts */
  object(texts) {
    const hint = this.location ? { locationHint: /** @type {any} */ (this.location) } : {};
    return this.namespace.getByName(`${this.location}${shardOf(texts, this.count)}`, hint);
  }
}

/** The binding `AI` of one request. */
class SharedAi {
  /** @param {Ai} ai @param {Shards} shards @param {Scope} scope @param {boolean} alone see `Asked` in places.js */
  constructor(ai, shards, scope, alone) {
    this.ai = ai;
    this.shards = shards;
    this.scope = scope;
    this.alone = alone;
  }

  /** Embeds texts like the binding. @param {string} model @param {{ text: string[] }} inputs @param {any} options */
  async run(model, inputs, options) {
    const few = inputs.text.length <= this.shards.texts;
    const response = few && (await this.ask(model, inputs.text, options));
    return response ? outcomeOf(response) : /** @type {any} */ (this.ai).run(model, inputs, options);
  }

  /**
   * Returns the object's answer, or null if the object failed or hangs: then the request calls the model itself.
   * @param {string} model @param {string[]} texts @param {any} options
   */
  async ask(model, texts, { returnRawResponse: _, rejectIfBusy: __, signal, ...options }) {
    const ms = this.scope.ends - Date.now();
    const { tags = [], gateway, ...others } = options;
    const { metadata: ___, ...through } = gateway ?? {};
    const shared = gateway ? { ...others, gateway: through } : others;
    const until = AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.floor(SHARE * ms)))]);
    try {
      const asked = request({ texts, model, options: shared, label: tags[0] ?? "", ms, alone: this.alone }, until);
      const response = await this.shards.object(texts).fetch(asked);
      return response.headers.has(OUTCOME) ? response : null;
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }
}

/** Returns the binding for one request. @param {Ai} ai @param {Shards} shards @param {Scope} scope @param {boolean} alone */
export function shared(ai, shards, scope, alone) {
  return new SharedAi(ai, shards, scope, alone);
}

/** @param {ConstructorParameters<typeof Shards>} options */
export function open(...options) {
  return new Shards(...options);
}

/** Returns the response as the model gave it. Throws other faults. @param {Response} response */
async function outcomeOf(response) {
  const outcome = response.headers.get(OUTCOME) ?? "";
  if (outcome === "invalid") throw new InvalidAnswer(await response.text());
  if (!["rows", "http", "type"].includes(outcome)) throw new Fault(outcome);
  return Object.assign(response, { cached: Number(response.headers.get(CACHED) ?? 0) });
}

/** Equal texts go to the same object. FNV-1a over the UTF-16 code units. @param {string[]} texts @param {number} shards */
export function shardOf(texts, shards) {
  let hash = 0x811c9dc5;
  for (const text of shards > 1 ? texts : []) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x10000, 0x01000193); // the end of a text
  }
  return (hash >>> 0) % shards;
}
