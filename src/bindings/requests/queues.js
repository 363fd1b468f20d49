// @ts-check
/** The ingestion queue: sends messages, and reads and settles the batches of a consumer. Python makes the decisions. */
import { reserveWork } from "./bodies.js";
import { Budget, Rejected, jsonBytes } from "../isolate/budget.js";
import { excess, thrownText } from "../isolate/limits.js";

/** @typedef {import("./request.js").Scope} Scope */

const MAX_READ_BYTES = 2 * 1024 * 1024; // half of the default limit of a body: the memory of a batch adds to that of others
const MAX_READ = 100; // messages of a batch of Queues; another Worker may deliver more
const MAX_MESSAGE_BYTES = 262_144; // twice what Queues takes
const QUOTED_CHARS = 1_000;
const PIECE = 262_144; // characters of messages between which other requests run
const encoder = new TextEncoder();

/**
 * Returns whether a value is a batch of the runtime: another Worker can call the handler with anything. A real batch has
 * `retryAll` on its prototype; nothing that a caller sends does.
 * @param {any} value
 */
export function isBatch(value) {
  if (typeof value !== "object" || value === null) return false;
  return typeof Object.getPrototypeOf(value)?.retryAll === "function";
}

/**
 * Sends messages in one call. Returns a `fault`: "" for none, "timeout", "disconnected", or "failed" with a `text`.
 * @param {Scope} scope @param {Queue} queue @param {string} bodies JSON array of texts
 */
export async function send(scope, queue, bodies) {
  try {
    scope.check();
    /** @type {string[]} */
    const texts = JSON.parse(bodies);
    await scope.within(queue.sendBatch(texts.map((body) => ({ body, contentType: "text" }))));
    return { fault: "", text: "" };
  } catch (error) {
    return { fault: scope.reason ?? "failed", text: thrownText(error) };
  }
}

/** A batch of the runtime. Queues acknowledges each message that nobody settles: call `retryRest` last. */
export class Batch {
  /** @param {MessageBatch} batch */
  constructor(batch) {
    this.queue = batch.queue;
    this.messages = batch.messages; // the runtime makes the list for each access
    this.next = 0;
    this.unsettled = new Set(this.messages.keys());
  }

  /**
   * Returns the next messages as JSON: about `MAX_READ_BYTES` of it, and an empty list at the end. Returns "" if there is
   * no memory for them in time. Their reservation replaces that of the last ones. @param {Scope} scope
   */
  async read(scope) {
    const found = [];
    let unseen = 0; // characters since other requests ran
    for (let left = MAX_READ_BYTES; this.next < this.messages.length && left > 0 && found.length < MAX_READ; this.next++) {
      const { attempts, body } = this.messages[this.next];
      const text = asText(body);
      found.push({ position: this.next, attempts: attempts > 0 ? Math.floor(attempts) : 1, ...text });
      left -= jsonBytes(text.body);
      if ((unseen += text.body.length) > PIECE) {
        await scope.yieldToOthers();
        unseen = 0;
      }
    }
    const json = JSON.stringify(found);
    const reserved = await reserveWork(scope, encoder.encode(json));
    if (json.length > PIECE) await scope.yieldToOthers();
    return reserved ? json : "";
  }

  /** @param {string} positions JSON */
  acknowledge(positions) {
    this.settle(positions, (message) => message.ack());
  }

  /** @param {string} positions JSON @param {number} delaySeconds */
  retry(positions, delaySeconds) {
    this.settle(positions, (message) => message.retry({ delaySeconds }));
  }

  /**
   * Retries everything that is not settled, and returns its number. Throws if a message can't be retried: Queues then
   * delivers those again that were not acknowledged. @param {number} delaySeconds
   */
  retryRest(delaySeconds) {
    const rest = [...this.unsettled];
    this.retry(JSON.stringify(rest), delaySeconds);
    return rest.length;
  }

  /** Settles messages, each by itself. One that can't be settled stays unsettled. @param {string} positions JSON @param {(message: Message) => void} how */
  settle(positions, how) {
    for (const position of JSON.parse(positions)) {
      how(this.messages[position]);
      this.unsettled.delete(position);
    }
  }
}

/** @param {MessageBatch} batch */
export function open(batch) {
  return new Batch(batch);
}

/** Returns the body of a message as text, or a `fault`. A JSON message arrives as an object. @param {unknown} body */
function asText(body) {
  const isText = typeof body === "string";
  try {
    if (!isText) new Budget(MAX_MESSAGE_BYTES).measure(body, 0);
    const json = isText ? body : JSON.stringify(body);
    if (typeof json !== "string") return { body: "", fault: "not_text" };
    // well formed: Python decodes nothing else, and would lose the whole batch
    if (json.length > MAX_MESSAGE_BYTES) return { body: json.slice(0, QUOTED_CHARS).toWellFormed(), fault: "too_large" };
    const text = json.toWellFormed();
    const fault = excess(encoder.encode(text));
    return fault ? { body: text, fault } : { body: text };
  } catch (error) {
    const known = error instanceof Rejected && error.message.startsWith("too_");
    return { body: thrownText(error), fault: known ? error.message : "not_text" };
  }
}
