/** The vectors of the texts, always of 768 numbers. A text that was embedded with a task is not embedded again. */
import { embed } from "./batches.js";

const MOST_TASKS = 4; // kept: 2,000 texts of one are 6 MB
const MOST_KEPT = 4000; // texts of a task

/** @typedef {{row: Float32Array, truncated: boolean}} Vector */
/** @typedef {import("./batches.js").Embedded & {texts: string[], task: string, recorded: boolean, fresh: number}} Made `fresh`: texts that were sent */

/** @type {Map<string, Map<string, Vector>>} by task and text, the newest task last */
const kept = new Map();

/** @param {string[]} one @param {string[]} other */
export function sameTexts(one, other) {
  return one.length === other.length && one.every((text, place) => text === other[place]);
}

/**
 * Returns the vectors of texts. Only texts without a kept vector are sent, each of them once. What has arrived is kept, also
 * if a later call fails.
 *
 * @param {string[]} texts @param {string} task @param {import("./batches.js").Run} run
 * @returns {Promise<Made>}
 */
export async function embedded(texts, task, run) {
  const known = vectorsOf(task, texts);
  const missing = [...new Set(texts)].filter((text) => !known.has(text));
  const arrived = (/** @type {string} */ text, /** @type {Vector} */ vector) => known.set(text, vector);
  const ready = texts.length - missing.length;
  const cost = await embed(missing, task, { ...run, progress: (done) => run.progress(ready + done) }, arrived);
  const vectors = texts.map((text) => /** @type {Vector} */ (known.get(text)));
  const truncated = [...vectors.keys()].filter((place) => vectors[place].truncated);
  return { ...cost, rows: vectors.map(({ row }) => row), truncated, texts, task, recorded: false, fresh: missing.length };
}

/** Returns the vectors that are kept for a task. Those of other texts go, if they are many. @param {string} task @param {string[]} texts */
function vectorsOf(task, texts) {
  const before = kept.get(task) ?? new Map();
  const wanted = new Set(texts);
  const known = before.size > MOST_KEPT ? new Map([...before].filter(([text]) => wanted.has(text))) : before;
  kept.delete(task);
  kept.set(task, known);
  [...kept.keys()].slice(0, -MOST_TASKS).forEach((name) => kept.delete(name));
  return known;
}
