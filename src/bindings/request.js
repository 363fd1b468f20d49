// @ts-check
/** One request: reading it, its deadline, and its response. */
import { excess } from "./limits.js";
import { enter, mayKeep } from "./room.js";

const HEADERS = [
  "x-request-id",
  "content-type",
  "authorization",
  "api-key",
  "x-goog-api-key",
  "origin",
  "cf-connecting-ip",
];
// Cloudflare's REST API has one header more. Reading a header costs time in every request.
const REST_PATH = /\/client\/v4\/|%/; // it may be percent-encoded
const REST_HEADERS = [...HEADERS, "cf-aig-gateway-id"];
const DRAIN_FACTOR = 4;
export const GRACE_MS = 2_000; // a request that is alive ends well before this time after its deadline

/** One request: its deadline, its client, and its upstream calls, which end with them. */
export class Scope {
  /** @param {number} ms until the deadline @param {Request} [request] */
  constructor(ms, request) {
    /** @type {string | undefined} why the request ended early */
    this.reason = undefined;
    this.answered = false;
    this.ends = 0; // time of the deadline
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    this.controller = new AbortController();
    /** @type {Promise<never>} */
    this.ended = new Promise((_, reject) => (this.reject = reject));
    this.ended.catch(() => {}); // it may reject while nothing awaits it
    this.extend(ms);
    request?.signal.addEventListener("abort", () => this.abort("disconnected"));
    this.request = request;
  }

  /** The method, the URL and the headers that Python reads, as JSON. */
  get head() {
    const { method, url, headers } = /** @type {Request} */ (this.request);
    const names = REST_PATH.test(url) ? REST_HEADERS : HEADERS;
    const named = names.map((name) => [name, headers.get(name) ?? undefined]);
    return JSON.stringify({ method, url, headers: Object.fromEntries(named), id: crypto.randomUUID() });
  }

  /** Sets the deadline to `ms` from now, and returns it. @param {number} ms */
  extend(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.abort("timeout"), ms);
    this.ends = Date.now() + ms;
    return this.ends;
  }

  /** Settles like `work`, or rejects if the request ends first. @template T @param {Promise<T>} work */
  within(work) {
    return Promise.race([work, this.ended]);
  }

  /** Waits `ms` milliseconds, or until the request ends. @param {number} ms */
  sleep(ms) {
    return this.within(new Promise((resolve) => setTimeout(resolve, ms))).catch(() => {});
  }

  /** Throws if the request has ended. */
  check() {
    if (this.reason) throw new Error(this.reason);
  }

  /** Stops the deadline, because the answer is complete. */
  close() {
    this.answered = true;
    clearTimeout(this.timer);
  }

  /** Returns whether the request has ended. Nothing is called in one that the runtime dropped; its deadline passes. */
  isOver() {
    return this.answered || this.reason !== undefined || Date.now() > this.ends + GRACE_MS;
  }

  /** Stops the upstream calls of this request. @param {string} reason */
  abort(reason) {
    this.reason ??= reason;
    this.reject?.(new Error(reason));
    this.controller.abort();
    clearTimeout(this.timer);
  }
}

/** Starts a request. An RPC call has no `request`. @param {number} ms @param {Request} [request] */
export function open(ms, request) {
  return new Scope(ms, request);
}

/**
 * Returns the body of a request, or the reason for an error: "too_large", "too_deep", "too_many_values", "busy",
 * "broken", "timeout" or "disconnected".
 * @param {Scope} scope @param {number} limit in bytes @returns {Promise<Uint8Array | string>}
 */
export async function readBody(scope, limit) {
  const bytes = await readBytes(scope, limit);
  return typeof bytes === "string" ? bytes : excess(bytes) || bytes;
}

/**
 * Like `readBody`, for a body that may not be JSON.
 * @type {(scope: Scope, limit: number) => Promise<Uint8Array | string>}
 */
export async function readBytes(scope, limit) {
  try {
    const { headers, body } = /** @type {Request} */ (scope.request);
    const claimed = Number(headers.get("content-length") ?? NaN);
    const bytes = body ? await scope.within(readAll(scope, body, claimed, limit)) : new Uint8Array(0);
    if (typeof bytes === "string" || (await enter(scope, bytes.length, limit))) return bytes;
    return scope.reason === "timeout" ? "busy" : "disconnected";
  } catch {
    return scope.reason ?? "broken";
  }
}

/**
 * Reads a body to its end, or to its content length. Returns "too_large" if it exceeds the limit, and "busy" if there is
 * no room for it. A client may not read the answer while it is still sending. Therefore some bytes are read and dropped.
 * @type {(scope: Scope, body: ReadableStream<Uint8Array>, claimed: number, limit: number) => Promise<Uint8Array | string>}
 */
async function readAll(scope, body, claimed, limit) {
  /** @type {Uint8Array[]} */
  const kept = [];
  const reader = body.getReader();
  let size = 0;
  let fits = true;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.length;
    fits &&= size > limit || mayKeep(scope, size, limit);
    if (fits && size <= limit) kept.push(step.value);
    else kept.length = 0;
    if (size === claimed || size > limit * DRAIN_FACTOR) break;
  }
  if (!fits || size > limit) {
    await reader.cancel();
    return size > limit ? "too_large" : "busy";
  }
  return kept.length === 1 ? kept[0] : new Uint8Array(await new Blob(kept).arrayBuffer());
}

/** Asks the rate-limit binding. @param {Scope} scope @param {RateLimit} limiter @param {string} key */
export async function admits(scope, limiter, key) {
  return (await scope.within(limiter.limit({ key }))).success;
}

/**
 * Returns a response. Its body is `text`, or the JSON of `numbers` between `text` and `tail`.
 * @param {Scope} scope @param {number} status @param {string} headers JSON @param {string | null} text
 * @param {{ parts(head: string, item: string, tail: string): Iterator<Uint8Array> }} [numbers]
 * @param {string} [item] see writeRows @param {string} [tail]
 */
export function respond(scope, status, headers, text, numbers, item = "@", tail = "") {
  scope.close();
  const body = numbers ? inTurn(numbers.parts(text ?? "", item, tail)) : text;
  return new Response(body, { status, headers: JSON.parse(headers) });
}

/** Returns a single part as it is, and several parts as a stream, to keep only one of them in memory. @param {Iterator<Uint8Array>} parts */
function inTurn(parts) {
  const first = parts.next().value;
  let next = parts.next();
  if (next.done) return first;
  return new ReadableStream({
    start: (controller) => controller.enqueue(first),
    pull(controller) {
      if (next.done) return controller.close();
      controller.enqueue(next.value);
      next = parts.next();
    },
  });
}
