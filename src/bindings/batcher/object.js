// @ts-check
/** The Durable Object behind `BATCHER`: requests of all isolates meet here, and their texts share calls of the model. */
import { DIMENSIONS, InvalidAnswer } from "../numbers/answer.js";
import { ROW_BYTES, bytesOf, detail, isJson, rowsOrError } from "../calls/replies.js";
import { reserveForObject } from "../isolate/memory.js";
import { Gathering, MAX_TEXTS } from "./gathering.js";
import { answer, failure } from "./wire.js";

/**
 * @typedef {import("./places.js").Outcome} Outcome
 * @typedef {(status: number, body: string) => "" | "again" | "halve"} Remedy what to do after an error of the model
 */

const BAD_GATEWAY = 502; // of an error that came with 200
const SHARED = "shared"; // instead of the labels of several keys
const CALL_BYTES = 2 * MAX_TEXTS * ROW_BYTES; // an answer of the model, and its rows

export class Batcher {
  /** @param {Ai} ai @param {Remedy} remedy @param {number} calls in flight @param {number} cacheBytes @param {number} callMs until a call is given up */
  constructor(ai, remedy, calls, cacheBytes, callMs) {
    this.ai = ai;
    this.callMs = callMs;
    this.remedy = remedy;
    this.gathering = new Gathering({
      call: (...call) => this.call(...call),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      now: Date.now,
      calls,
      cacheBytes,
    });
  }

  /** Answers one request, see wire.js. @param {Request} request */
  async fetch(request) {
    /** @type {import("./wire.js").Asked} */
    const { texts, model, options, label, ms, alone } = await request.json();
    const lane = JSON.stringify([model, options]);
    const ticket = this.gathering.join({ texts, lane, label, ends: Date.now() + ms, alone });
    request.signal.addEventListener("abort", () => this.gathering.fail(ticket, { fault: "broken" }));
    const { rows, fault = "broken", cached = 0, ...found } = await ticket.outcome;
    return rows ? answer(rows, DIMENSIONS, cached) : failure(fault, found);
  }

  /** What is held now: requests that wait, and texts in the cache. */
  state() {
    const { places, waiting, running, cache } = this.gathering;
    return { places: places.size, waiting, running, cacheBytes: cache.bytes };
  }

  /** Calls the model. @type {import("./gathering.js").Parts["call"]} */
  async call(texts, lane, labels, rejectIfBusy, gone) {
    const [model, options] = JSON.parse(lane);
    const signal = AbortSignal.any([gone, AbortSignal.timeout(this.callMs)]);
    const ended = new Promise((_, reject) => signal.addEventListener("abort", reject));
    ended.catch(() => {}); // it may reject while nothing awaits it
    try {
      const own = { ...withLabels(options, labels), returnRawResponse: true, rejectIfBusy, signal };
      const call = /** @type {any} */ (this.ai).run(model, { text: texts }, own);
      return await Promise.race([ended, call.then((/** @type {Response} */ response) => this.read(response, texts.length))]);
    } catch (error) {
      if (error instanceof InvalidAnswer) return { fault: "invalid", remedy: "halve", body: error.message };
      return { fault: "broken" };
    }
  }

  /** @param {Response} response @param {number} count @returns {Promise<Outcome>} */
  async read(response, count) {
    const { status } = response;
    if (status !== 200) return this.failed(status, await detail(response));
    if (!isJson(response)) return { fault: "type", status };
    const found = rowsOrError(await bytesOf(response, count), count, false);
    if (typeof found === "string") return this.failed(BAD_GATEWAY, found);
    const { bytes, spans } = found;
    return { rows: Array.from({ length: count }, (_, i) => bytes.slice(spans[2 * i], spans[2 * i + 1])) };
  }

  /** @param {number} status @param {string} body @returns {Outcome} */
  failed(status, body) {
    return { fault: "http", remedy: this.remedy(status, body), status, body };
  }
}

/**
 * Adds whose texts a call has, for the analytics of Workers AI and a gateway: the label of one key, or "shared".
 * @param {{ gateway?: object }} options @param {string[]} labels
 */
function withLabels({ gateway, ...options }, labels) {
  const label = labels.length > 1 ? SHARED : labels[0];
  const named = label ? { ...options, tags: [label] } : options;
  if (!gateway) return named;
  return { ...named, gateway: label ? { ...gateway, metadata: { key: label.replace(/^key:/, "") } } : gateway };
}

/** @param {ConstructorParameters<typeof Batcher>} options */
export function open(...options) {
  const [, , calls, cacheBytes] = options;
  reserveForObject(cacheBytes + calls * CALL_BYTES);
  return new Batcher(...options);
}
