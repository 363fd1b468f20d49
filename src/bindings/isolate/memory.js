// @ts-check
/**
 * The memory of an isolate, which has 128 MB. Every request reserves what it will hold before it holds it, in one of
 * three pools: bodies that arrive, the Wasm heap of Python, and answers of the model. One caller, which is a key or an
 * address, gets at most half of a pool, unless it needs more for a single request. A request reserves in this order and
 * releases everything when its answer has been sent, so that a request that holds memory of the last pool never waits.
 */
import { Line } from "./line.js";

const MIB = 1_048_576;
const TOTAL = 110 * MIB; // the Wasm heap, and what JavaScript holds for requests
export const SMALL_BYTES = 65_536; // bytes of a body; a share of each pool is kept for these, and they run between the steps of larger ones
export const FEW_VECTORS = 10; // vectors of an answer that need not wait for larger ones
const LARGE_BYTES = 28 * MIB; // what large bodies in progress may need, or as much as one of plain text does
const PER_BODY_BYTE = 5.5;
const RECHECK_MS = 250; // nothing wakes a waiting request when the runtime drops another one, or a client is too slow
const NO_BYTES = new Uint8Array(0);
const MAX_WAIT_SHARE = 0.5; // share of the time until the deadline that a request waits, so that it can be sent again in time

/**
 * Who reserves: a request, or the answer that it leaves. `caller` is a key or an address.
 * @typedef {{ caller?: string, isOver(): boolean }} Holder
 * @typedef {import("../requests/request.js").Scope} Scope
 * @typedef {{ bytes: number, whole?: number, small: boolean, caller: string | undefined }} Entry
 */

/** The size of the Wasm heap, which never shrinks. @type {() => number} */
let heapBytes = () => 0;
let largeBytes = LARGE_BYTES;
let objectBytes = 0; // of Durable Objects in this isolate

/** @param {{ HEAP8: { length: number } }} module Pyodide's @param {number} limit of a body, in bytes */
export function configure(module, limit) {
  heapBytes = () => module.HEAP8.length;
  largeBytes = Math.min(LARGE_BYTES, PER_BODY_BYTE * limit);
}

/** Reserves memory of the pool for answers for a Durable Object in this isolate. @param {number} bytes */
export function reserveForObject(bytes) {
  objectBytes += bytes;
}

/** A part of the memory. Requests that do not fit wait in one of two lines: those with small bodies, and the others. */
export class MemoryPool {
  /** @param {() => number} size in bytes @param {number} kept for small bodies */
  constructor(size, kept) {
    this.size = size;
    this.kept = kept;
    /** @type {{ small: Map<string, number>, large: Map<string, number> }} bytes of each caller */
    this.callers = { small: new Map(), large: new Map() };
    this.used = { small: 0, large: 0 };
    /** @type {Map<Holder, Entry>} */
    this.held = new Map();
    this.lines = { small: new Line(), large: new Line() };
    /** @type {Set<() => void>} */
    this.waking = new Set();
  }

  /**
   * Waits until `bytes` are free. Returns false if they are not in time. Replaces what `scope` holds of this pool.
   * @param {Scope} scope @param {number} bytes @param {boolean} [small]
   */
  async reserve(scope, bytes, small = bytes <= SMALL_BYTES) {
    if (this.reserveAtOnce(scope, bytes, small)) return true;
    const line = small ? this.lines.small : this.lines.large;
    this.sweep();
    const before = line.size;
    if (!line.add(scope)) return false;
    if (line.size === before) this.wake(); // one lost its place for it
    const last = Date.now() + (scope.ends - Date.now()) * MAX_WAIT_SHARE;
    let taken = false;
    const mayTake = () => line.isNext(scope) && this.take(scope, bytes, small);
    while (!scope.reason && !(taken = mayTake()) && line.has(scope) && Date.now() < last) {
      line.mark(scope, this.isOverShare(scope, bytes, small));
      await this.change(scope, Math.min(RECHECK_MS, last - Date.now()));
      this.sweep();
    }
    line.remove(scope, taken);
    this.wake(); // another one may be next
    return taken && !scope.reason;
  }

  /** Like `reserve`, for bytes in addition to what the request holds. @param {Scope} scope @param {number} bytes */
  reserveMore(scope, bytes) {
    const held = this.held.get(scope);
    return this.reserve(scope, (held?.bytes ?? 0) + bytes, held?.small !== false && bytes <= SMALL_BYTES);
  }

  /** Waits until something was released, or for some milliseconds. @param {Scope} scope @param {number} ms */
  async change(scope, ms) {
    /** @type {() => void} */
    let wake = () => {};
    const woken = new Promise((resolve) => this.waking.add((wake = () => resolve(undefined))));
    await Promise.race([woken, scope.sleep(ms)]);
    this.waking.delete(wake);
  }

  /** Makes all that wait check again. The runtime continues each of them in its own request. */
  wake() {
    for (const wake of this.waking) wake();
    this.waking.clear();
  }

  /** Like `reserve`, but returns false instead of waiting. @param {Scope} scope @param {number} bytes @param {boolean} small */
  reserveAtOnce(scope, bytes, small) {
    this.release(scope);
    return (small ? this.lines.small : this.lines.large).size === 0 && this.take(scope, bytes, small);
  }

  /** Reserves memory if it is free. @param {Holder} holder @param {number} bytes @param {boolean} small */
  take(holder, bytes, small) {
    if (this.isOverShare(holder, bytes, small) || !this.fits(bytes, small)) return false;
    const entry = { bytes: 0, small, caller: holder.caller };
    this.held.set(holder, entry);
    this.add(entry, bytes);
    return true;
  }

  /** A request that is larger than the pool gets in when it holds no other large one. @param {number} bytes @param {boolean} small */
  fits(bytes, small) {
    const size = this.size();
    const { small: few, large: many } = this.used;
    if (!small) return few <= this.kept && (many === 0 || many + bytes <= size - this.kept);
    const free = this.lines.large.size ? this.kept - few : Math.max(this.kept - few, size - few - many);
    return few === 0 || bytes <= free;
  }

  /** Whether a large request would fit if it were alone. @param {number} bytes */
  couldHold(bytes) {
    return bytes <= this.size() - this.kept;
  }

  /** Whether a caller would have more than its share. Small and large requests do not count for each other. @param {Holder} holder @param {number} bytes @param {boolean} small */
  isOverShare({ caller }, bytes, small) {
    const own = this.callers[small ? "small" : "large"].get(caller ?? "") ?? 0;
    return caller !== undefined && own > 0 && own + bytes > this.size() / 2;
  }

  /** Transfers what one holds to another, at most so many bytes. @param {Holder} from @param {Holder} to @param {number} [most] */
  transfer(from, to, most = Infinity) {
    const entry = this.held.get(from);
    if (!entry) return;
    this.held.delete(from);
    this.held.set(to, { ...entry, whole: entry.bytes });
    this.shrink(to, entry.bytes - most);
  }

  /** Releases a part of what one holds. @param {Holder} holder @param {number} freed bytes since the beginning */
  shrink(holder, freed) {
    const entry = this.held.get(holder);
    if (!entry) return;
    const left = Math.max(0, (entry.whole ?? entry.bytes) - Math.max(0, freed));
    this.add(entry, left - entry.bytes);
  }

  /** Whether a request waits. */
  hasWaiting() {
    return this.lines.small.size + this.lines.large.size > 0;
  }

  /** @param {Holder} holder */
  release(holder) {
    const entry = this.held.get(holder);
    if (!entry) return;
    this.held.delete(holder);
    this.add(entry, -entry.bytes);
  }

  /** @param {Entry} entry @param {number} bytes */
  add(entry, bytes) {
    entry.bytes += bytes;
    const size = entry.small ? "small" : "large";
    this.used[size] += bytes;
    if (bytes < 0) this.wake();
    if (entry.caller === undefined) return;
    const callers = this.callers[size];
    const own = (callers.get(entry.caller) ?? 0) + bytes;
    if (own > 0) callers.set(entry.caller, own);
    else callers.delete(entry.caller);
  }

  /** Frees what is held by requests that are over, also by those that the runtime dropped. */
  sweep() {
    for (const holder of this.held.keys()) if (holder.isOver()) this.release(holder);
    for (const line of Object.values(this.lines)) line.sweep();
  }
}

/** Bodies that arrive. */
export const bodyMemory = new MemoryPool(() => 12 * MIB, 4 * MIB);
/** What Python holds for a body, and JavaScript for one with vectors. */
export const workMemory = new MemoryPool(() => 8 * MIB + largeBytes, 8 * MIB);
/** Answers of the model, until the client has received its own. The Wasm heap takes its size away from this pool. */
export const answerMemory = new MemoryPool(() => Math.min(40 * MIB, Math.max(8 * MIB, TOTAL - heapBytes() - objectBytes)), 4 * MIB);

/** Releases what a request holds of every pool. @param {Scope} scope */
export function releaseAll(scope) {
  bodyMemory.release(scope);
  workMemory.release(scope);
  answerMemory.release(scope);
}

/**
 * Frees the memory of bytes that nobody reads again. The garbage collector would do it much later, and stop everything.
 * @param {Uint8Array | Float32Array} bytes
 */
export function discard(bytes) {
  if (bytes.byteLength) /** @type {ArrayBuffer} */ (bytes.buffer).transfer(0);
}

/** Frees the model's digits of rows of which only the floats are needed. @param {{ bytes: Uint8Array }} rows */
export function dropDigits(rows) {
  discard(rows.bytes);
  rows.bytes = NO_BYTES;
}
