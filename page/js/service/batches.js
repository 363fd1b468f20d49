/** Embeds many texts in calls of 100, a few at a time. The results are in order; if one call fails, all fail. */
import { call } from "./api.js";
import { embedBody } from "../calls/choice.js";
import { rowOf } from "../compute/vectors.js";

export const CALL_TEXTS = 100; // texts in one call of /embed
const CALLS_IN_FLIGHT = 4;

/**
 * @typedef {object} Embedded
 * @property {Float32Array[]} rows
 * @property {number} bytes of all answers
 * @property {number} ms from the first request to the last answer
 * @property {number} tokens estimated by the endpoint
 * @property {number[]} truncated indexes of the truncated texts
 */

/**
 * @param {string[]} texts
 * @param {string} task "" for none
 * @param {{signal: AbortSignal, progress: (done: number) => void}} run
 * @returns {Promise<Embedded>}
 */
export async function embed(texts, task, { signal, progress }) {
  const began = performance.now();
  const made = { rows: new Array(texts.length), bytes: 0, ms: 0, tokens: 0, truncated: /** @type {number[]} */ ([]) };
  let done = 0;
  await inParts(texts, signal, async (part, start, partSignal) => {
    const { json, bytes, headers } = await call("POST", "/embed", embedBody(part, { task, dimensions: 768, encoding: "base64" }), partSignal);
    json.data.forEach((/** @type {number[] | string} */ row, /** @type {number} */ place) => {
      made.rows[start + place] = rowOf(row);
    });
    made.bytes += bytes;
    made.tokens += Number.parseInt(headers.get("x-embedding-tokens") ?? "0", 10);
    for (const range of headers.get("x-embedding-truncated")?.split(",") ?? []) {
      const [first, last = first] = range.split("-").map(Number);
      for (let place = first; place <= last; place++) made.truncated.push(start + place);
    }
    done += part.length;
    progress(done);
  });
  made.ms = performance.now() - began;
  made.truncated.sort((a, b) => a - b);
  return made;
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
