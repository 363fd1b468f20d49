// @ts-check
/** One request: its head, its deadline, and its response. */
import { thrownText } from "../isolate/limits.js";
import { answerMemory, releaseAll, workMemory } from "../isolate/memory.js";
import { send, sendText } from "./responses.js";

/** @typedef {import("../numbers/formats.js").Text} Text */

const HEADERS = [
  "x-request-id",
  "content-type",
  "content-encoding",
  "authorization",
  "api-key",
  "x-goog-api-key",
  "x-api-key",
  "origin",
  "cf-connecting-ip",
];
// Cloudflare's REST API has one header more. Reading a header costs time in every request.
const REST_PATH = /\/client\/v4\/|%/; // it may be percent-encoded
const REST_HEADERS = [...HEADERS, "cf-aig-gateway-id"];
const REQUESTED = ["method", "headers", "private-network"].map((name) => `access-control-request-${name}`);
const PREFLIGHT_HEADERS = [...HEADERS, ...REQUESTED];
const YIELD_MS = 1; // with 0, the timer fires before the runtime has taken a request that has arrived to its handler
export const GRACE_MS = 2_000; // a request that is alive ends well before this time after its deadline

/** The lifetime of one request: its deadline, its client, and its upstream calls, which end with them. Python calls it `Lifetime`. */
export class Scope {
  /** @param {number} ms until the deadline @param {Request} [request] */
  constructor(ms, request) {
    /** @type {string | undefined} why the request ended early */
    this.reason = undefined;
    this.answered = false;
    /** @type {"" | "digits" | "floats"} what is kept of the answers, if its texts take several calls of the model */
    this.batch = "";
    this.ends = 0; // time of the deadline
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    /** @type {Promise<unknown> | undefined} when the last call of `yieldToOthers` ends */
    this.lastYield = undefined;
    this.controller = new AbortController();
    /** @type {Promise<never>} */
    this.ended = new Promise((_, reject) => (this.reject = reject));
    this.ended.catch(() => {}); // it may reject while nothing awaits it
    this.extend(ms);
    request?.signal.addEventListener("abort", () => this.abort("disconnected"));
    this.request = request;
    /** @type {string | undefined} the key or the address whose share of the memory it uses; Python sets it */
    this.caller = undefined;
  }

  /** The method, the URL and the headers that Python reads, as JSON. */
  get head() {
    const { method, url, headers } = /** @type {Request} */ (this.request);
    const others = REST_PATH.test(url) ? REST_HEADERS : HEADERS;
    const names = method === "OPTIONS" ? PREFLIGHT_HEADERS : others;
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

  /** Releases the memory of Python's work and of answers, before the request ends. @param {boolean} keepAnswers */
  finishWork(keepAnswers) {
    workMemory.release(this);
    if (!keepAnswers) answerMemory.release(this);
  }

  /** Reserves more for Python's work. Returns whether it was free in time. @param {number} bytes */
  hold(bytes) {
    return workMemory.reserveMore(this, bytes);
  }

  /** Lets other requests run. Concurrent calls of one request wait one after the other, because their work together would block. */
  yieldToOthers() {
    const wait = () => this.sleep(YIELD_MS);
    return (this.lastYield = this.lastYield ? this.lastYield.then(wait) : wait());
  }

  /** Throws if the request has ended. */
  check() {
    if (this.reason) throw new Error(this.reason);
  }

  /** Stops the deadline, because the answer is complete. */
  close() {
    this.answered = true;
    clearTimeout(this.timer);
    releaseAll(this);
  }

  /** Returns whether the request has ended. Nothing is called in one that the runtime dropped; its deadline passes. */
  isOver() {
    return this.answered || this.reason !== undefined || Date.now() > this.ends + GRACE_MS;
  }

  /** Stops the upstream calls of this request. @param {string} reason */
  abort(reason) {
    this.reason ??= reason;
    this.reject?.(new Error(reason));
    releaseAll(this);
    try {
      this.controller.abort();
      clearTimeout(this.timer);
    } catch {
      // a later request aborts one that the runtime dropped, and may not reach its calls
    }
  }
}

/** Starts a request. An RPC call has no `request`. @param {number} ms @param {Request} [request] */
export function open(ms, request) {
  return new Scope(ms, request);
}

/**
 * Asks the rate-limit binding. Returns "admitted", "limited", or a fault: "timeout", "disconnected", or "failed" with a
 * `text`. @param {Scope} scope @param {RateLimit} limiter @param {string} key
 */
export async function admits(scope, limiter, key) {
  try {
    const { success } = await scope.within(limiter.limit({ key }));
    if (typeof success !== "boolean") return { found: "failed", text: "It answered without success." };
    return { found: success ? "admitted" : "limited", text: "" };
  } catch (error) {
    return { found: scope.reason ?? "failed", text: thrownText(error) };
  }
}

/**
 * Returns a response. Its body is `text`, or the JSON of `numbers` between `text` and `tail`.
 * @param {Scope} scope @param {number} status @param {string} headers JSON @param {Text | null} text
 * @param {{ parts(head: Text, item: string, tail: Text): Iterator<Uint8Array> }} [numbers]
 * @param {string} [item] see writeRows @param {Text} [tail]
 */
export function respond(scope, status, headers, text, numbers, item = "@", tail = "") {
  let body;
  try {
    body = numbers ? send(scope, numbers.parts(text ?? "", item, tail), text?.length) : sendText(scope, text);
  } finally {
    scope.close(); // also if the answer can't be written: others would wait for its memory
  }
  return new Response(body, { status, headers: JSON.parse(headers) });
}
