// @ts-check
/** The queues of ingestion: what is sent, and the batch that a consumer gets. Messages are text, and Python decides. */
import { excess } from "./limits.js";

/** @typedef {import("./request.js").Scope} Scope */

const MAX_READ_BYTES = 4 * 1024 * 1024; // as much as the body of a request
const encoder = new TextEncoder();

/**
 * Whether a value is a batch of the runtime. Another Worker can call the handler too, but what it sends is plain data,
 * a stub, or an object of the language: none of them inherits the methods of a batch.
 * @param {any} value
 */
export function isBatch(value) {
  if (typeof value !== "object" || value === null) return false;
  return typeof Object.getPrototypeOf(value)?.retryAll === "function";
}

/**
 * Sends messages in one call, and returns a `fault`: "" (none), "timeout", "disconnected" or "failed" with its text.
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
    return { fault: scope.reason ?? "failed", text: String(error) };
  }
}

/** A batch of the runtime. A message that is not settled would be acknowledged, so `retryRest` comes last. */
export class Batch {
  /** @param {MessageBatch} batch */
  constructor(batch) {
    this.queue = batch.queue;
    this.batch = batch;
    this.next = 0;
    this.unsettled = new Set(batch.messages.keys());
  }

  /** Returns the next messages as JSON. */
  read() {
    const found = [];
    for (let left = MAX_READ_BYTES; this.next < this.batch.messages.length && left > 0; this.next++) {
      const { attempts, body } = this.batch.messages[this.next];
      const text = asText(body);
      found.push({ position: this.next, attempts, ...text });
      left -= text.body.length;
    }
    return JSON.stringify(found);
  }

  /** @param {string} positions JSON */
  acknowledge(positions) {
    for (const position of this.settle(positions)) this.batch.messages[position].ack();
  }

  /** @param {string} positions JSON @param {number} delaySeconds */
  retry(positions, delaySeconds) {
    for (const position of this.settle(positions)) this.batch.messages[position].retry({ delaySeconds });
  }

  /** Retries everything that is not settled, and returns its number. @param {number} delaySeconds */
  retryRest(delaySeconds) {
    const rest = [...this.unsettled];
    this.retry(JSON.stringify(rest), delaySeconds);
    return rest.length;
  }

  /** @param {string} positions @returns {number[]} */
  settle(positions) {
    const found = JSON.parse(positions);
    for (const position of found) this.unsettled.delete(position);
    return found;
  }
}

/** @param {MessageBatch} batch */
export function open(batch) {
  return new Batch(batch);
}

/** Returns a message as text. Queues delivers a JSON message as an object. @param {unknown} body */
function asText(body) {
  try {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    if (typeof text !== "string") return { body: "", fault: "not_text" };
    const fault = excess(encoder.encode(text));
    return fault ? { body: text, fault } : { body: text.toWellFormed() };
  } catch (error) {
    return { body: String(error), fault: "not_text" };
  }
}
