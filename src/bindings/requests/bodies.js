// @ts-check
/** Reads the body of a request within the memory of the isolate, and at a minimal rate. */
import { measure, textBytes } from "../isolate/limits.js";
import { SMALL_BYTES, bodyMemory, workMemory } from "../isolate/memory.js";
import { Pace } from "../isolate/pace.js";
import { enlarged, readInto } from "../isolate/streams.js";

/** @typedef {import("./request.js").Scope} Scope */

const DRAIN_FACTOR = 4;
const GRACE_MS = 3_000;
const MIN_RATE = 65.536; // bytes per millisecond after the grace period, 64 KiB/s
const BASE = 16_384; // bytes that a request without a body needs
const RAW_COPIES = 3; // of a body while Python works: as received, as JSON for the model, and spare
const TEXT_COPIES = 2.5; // of its texts: as decoded, with a prompt or in the answer, and spare
export const VALUE_BYTES = 64; // of a value in Python, such as `{}`
const VECTOR_COPIES = 4; // of a body with vectors in JavaScript: text, numbers, text for the index, and spare

/**
 * Returns the body of a request, or the reason for an error: "too_large", "too_deep", "too_many_values", "busy",
 * "slow", "broken", "timeout" or "disconnected".
 * @param {Scope} scope @param {number} limit in bytes @returns {Promise<Uint8Array | string>}
 */
export async function readBody(scope, limit) {
  const bytes = await received(scope, limit);
  if (typeof bytes === "string") return bytes;
  const { fault, values } = measure(bytes);
  if (bytes.length > SMALL_BYTES) await scope.yieldToOthers();
  return fault || (await toWork(scope, bytes, pythonBytes(bytes, values)));
}

/** Returns what Python needs for JSON. @param {Uint8Array} bytes @param {number} values in it */
function pythonBytes(bytes, values) {
  return RAW_COPIES * bytes.length + TEXT_COPIES * textBytes(bytes) + VALUE_BYTES * values;
}

/**
 * Reserves memory for Python's work on JSON that did not come with the request. Returns true, or a promise of whether it
 * was free in time. @param {Scope} scope @param {Uint8Array} bytes
 */
export function reserveWork(scope, bytes) {
  const needed = BASE + pythonBytes(bytes, measure(bytes).values);
  const small = bytes.length <= SMALL_BYTES;
  return workMemory.reserveAtOnce(scope, needed, small) || workMemory.reserve(scope, needed, small);
}

/**
 * Like `readBody`, for a body that may not be JSON, and that JavaScript parses.
 * @type {(scope: Scope, limit: number) => Promise<Uint8Array | string>}
 */
export async function readBytes(scope, limit) {
  const bytes = await received(scope, limit);
  return typeof bytes === "string" ? bytes : toWork(scope, bytes, VECTOR_COPIES * bytes.length);
}

/** @type {(scope: Scope, bytes: Uint8Array, needed: number) => Promise<Uint8Array | string>} */
async function toWork(scope, bytes, needed) {
  const entered = await workMemory.reserve(scope, BASE + needed, bytes.length <= SMALL_BYTES);
  bodyMemory.release(scope);
  return entered ? bytes : busy(scope);
}

/** Returns why no memory was free in time. @param {Scope} scope */
export function busy({ reason }) {
  return reason === "disconnected" ? reason : "busy";
}

/** @type {(scope: Scope, limit: number) => Promise<Uint8Array | string>} */
async function received(scope, limit) {
  const { headers, body } = /** @type {Request} */ (scope.request);
  if (!body) return new Uint8Array(0);
  const claimed = Number(headers.get("content-length"));
  const upload = new Upload(scope, body, claimed > 0 ? Math.ceil(claimed) : NaN, limit);
  try {
    return await scope.within(upload.read());
  } catch {
    return scope.reason ?? "broken";
  } finally {
    upload.pace.end();
  }
}

/** A body while it arrives. Chunks are copied into one buffer, because a chunk of a byte keeps a buffer of its own. */
class Upload {
  /** @param {Scope} scope @param {ReadableStream<Uint8Array>} body @param {number} claimed length @param {number} limit */
  constructor(scope, body, claimed, limit) {
    this.scope = scope;
    this.reader = body.getReader({ mode: "byob" });
    this.claimed = claimed;
    this.limit = limit;
    this.size = 0;
    this.pace = new Pace(GRACE_MS, () => MIN_RATE, () => scope.abort("slow"));
  }

  /** @returns {Promise<Uint8Array | string>} */
  async read() {
    const first = this.claimed <= SMALL_BYTES ? this.claimed : SMALL_BYTES; // also of a body that does not tell its length
    if (!(await this.mayHold(first, true))) return this.drain(busy(this.scope));
    let bytes = await this.fill(new Uint8Array(first + 1));
    if (this.size < bytes.length) return bytes.subarray(0, this.size);
    const most = this.size <= this.claimed ? Math.min(this.claimed, this.limit) : this.limit;
    if (this.claimed > this.limit || this.size > this.limit) return this.drain("too_large");
    if (!(await this.mayHold(most, false))) return this.drain(busy(this.scope));
    bytes = await this.fill(enlarged(bytes, most + 1));
    if (this.size > this.limit) return this.drain("too_large");
    return this.size < bytes.length ? bytes.subarray(0, this.size) : this.readUnclaimed(bytes);
  }

  /** Reads more than the client said. @type {(bytes: Uint8Array) => Promise<Uint8Array | string>} */
  async readUnclaimed(bytes) {
    if (!(await this.mayHold(this.limit, false))) return this.drain(busy(this.scope));
    bytes = await this.fill(enlarged(bytes, this.limit + 1));
    return this.size > this.limit ? this.drain("too_large") : bytes.subarray(0, this.size);
  }

  /** Waits for memory. This time does not count against the client. @param {number} bytes @param {boolean} small */
  async mayHold(bytes, small) {
    this.pace.paused = true;
    const held = await bodyMemory.reserve(this.scope, bytes, small);
    this.pace.paused = false;
    return held;
  }

  /** Fills a buffer from `size` on until it is full, the body ends, or its content length is reached. @param {Uint8Array<ArrayBuffer>} bytes */
  async fill(bytes) {
    while (this.size < bytes.length && this.size !== this.claimed) {
      const step = await this.step(bytes.subarray(this.size));
      bytes = new Uint8Array(step.value.buffer);
      if (step.done) break;
    }
    return bytes;
  }

  /** Reads and drops the rest: a client may not read the answer while it is sending. @param {string} reason */
  async drain(reason) {
    bodyMemory.release(this.scope);
    const end = this.limit * DRAIN_FACTOR;
    for (let bytes = new Uint8Array(SMALL_BYTES); this.size < end && this.size !== this.claimed; ) {
      const step = await this.step(bytes);
      if (step.done) break;
      bytes = new Uint8Array(step.value.buffer);
    }
    await this.reader.cancel();
    return reason;
  }

  /** @param {Uint8Array<ArrayBuffer>} view @returns {Promise<{ done: boolean, value: Uint8Array<ArrayBuffer> }>} */
  async step(view) {
    const left = this.claimed - this.size;
    const step = await readInto(this.reader, view, left > 0 ? left : Infinity);
    this.size += step.value.length;
    this.pace.bytes += step.value.length;
    return step;
  }
}
