/** Embeds many texts in calls of 100, a few at a time. If one call fails, the others are cancelled; what has arrived is kept. */
import { ApiError, call } from "./api.js";
import { embedBody } from "../calls/choice.js";
import { rowOf } from "../compute/vectors.js";

export const CALL_TEXTS = 100; // texts in one call of /embed
const CALLS_IN_FLIGHT = 4;
const MOST_WAIT_S = 120; // of one `retry-after`; a quota that ends tomorrow is an error now
const MOST_TRIES = 10;

/**
 * @typedef {object} Embedded
 * @property {Float32Array[]} rows
 * @property {number} bytes of all answers
 * @property {number} ms from the first request to the last answer
 * @property {number} tokens estimated by the endpoint
 * @property {number[]} truncated indexes of the truncated texts
 */
/** @typedef {{signal: AbortSignal, progress: (done: number) => void, waiting?: (seconds: number) => void}} Run */
/** @typedef {(text: string, vector: {row: Float32Array, truncated: boolean}) => void} Arrived */

/**
 * Embeds texts. A rejection for the rate is waited for, if it is short.
 *
 * @param {string[]} texts
 * @param {string} task "" for none
 * @param {Run} run
 * @param {Arrived} arrived gets each vector when its call has ended
 * @returns {Promise<{bytes: number, ms: number, tokens: number}>}
 */
export async function embed(texts, task, { signal, progress, waiting = () => {} }, arrived) {
  const began = performance.now();
  const cost = { bytes: 0, ms: 0, tokens: 0 };
  let done = 0;
  await inParts(texts, signal, async (part, start, partSignal) => {
    const body = embedBody(part, { task, dimensions: 768, encoding: "base64" });
    const { json, bytes, headers } = await patient(() => call("POST", "/embed", body, partSignal), partSignal, waiting);
    const cut = new Set(ranges(headers.get("x-embedding-truncated")));
    json.data.forEach((/** @type {number[] | string} */ row, /** @type {number} */ place) => arrived(part[place], { row: rowOf(row), truncated: cut.has(place) }));
    cost.bytes += bytes;
    cost.tokens += Number.parseInt(headers.get("x-embedding-tokens") ?? "0", 10);
    done += part.length;
    progress(done);
  });
  return { ...cost, ms: performance.now() - began };
}

/** Returns the numbers of a header such as `4-7,9`. @param {string | null} header */
function ranges(header) {
  return (header?.split(",") ?? []).flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  });
}

/**
 * Sends a request again after a 429, when its `retry-after` is over.
 *
 * @template T @param {() => Promise<T>} send @param {AbortSignal} signal @param {(seconds: number) => void} waiting
 * @returns {Promise<T>}
 */
async function patient(send, signal, waiting) {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      const seconds = error instanceof ApiError && error.status === 429 ? Number(error.retryAfter) : 0;
      if (!(seconds > 0 && seconds <= MOST_WAIT_S) || tries === MOST_TRIES) {
        throw error;
      }
      waiting(seconds);
      await later(seconds, signal);
    }
  }
}

/** @param {number} seconds @param {AbortSignal} signal @returns {Promise<void>} */
function later(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 1000 * seconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

/**
 * Runs `work` for every part of `texts`. The first failure cancels all the others.
 *
 * @param {string[]} texts
 * @param {AbortSignal} signal
 * @param {(part: string[], start: number, signal: AbortSignal) => Promise<void>} work
 * @param {number} [inFlight]
 */
export async function inParts(texts, signal, work, inFlight = CALLS_IN_FLIGHT) {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  const lane = async () => {
    while (next < texts.length) {
      const start = next;
      next += CALL_TEXTS;
      await work(texts.slice(start, next), start, either);
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, lane));
  } catch (error) {
    failed.abort();
    next = texts.length;
    throw error;
  }
}
