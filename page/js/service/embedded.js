/** The vectors of the texts, always of 768 numbers. Texts that were embedded with a task are not embedded again. */
import { embed } from "./batches.js";

const MOST_KEPT = 3; // tasks: 2,000 texts of one are 6 MB

/** @typedef {import("./batches.js").Embedded & {texts: string[], task: string, recorded: boolean}} Made */

/** @type {Made[]} the newest last */
let kept = [];

/** @param {string[]} one @param {string[]} other */
export function sameTexts(one, other) {
  return one.length === other.length && one.every((text, place) => text === other[place]);
}

/** Keeps vectors that came with the page. @param {Made} made */
export function keep(made) {
  kept = [...kept.filter((other) => other.task !== made.task && sameTexts(other.texts, made.texts)), made].slice(-MOST_KEPT);
}

/** Forgets what was embedded, so that the next call reaches the service. */
export function forget() {
  kept = [];
}

/**
 * @param {string[]} texts @param {string} task
 * @param {{signal: AbortSignal, progress: (done: number) => void}} run
 * @returns {Promise<Made>}
 */
export async function embedded(texts, task, run) {
  const found = kept.find((made) => made.task === task && sameTexts(made.texts, texts));
  if (found) {
    return found;
  }
  const made = { ...(await embed(texts, task, run)), texts, task, recorded: false };
  keep(made);
  return made;
}
