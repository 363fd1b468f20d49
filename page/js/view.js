/** What the views show: the vectors of the texts at one size, their cosines and their groups. */
import { groupsAt } from "./compute/clusters.js";
import { Background } from "./worker/background.js";

/**
 * @typedef {object} Shown
 * @property {string[]} texts
 * @property {string} task
 * @property {number} dimensions
 * @property {boolean} recorded whether the vectors came with the page
 * @property {Float32Array[]} full rows of 768 numbers
 * @property {import("./compute/clusters.js").Groups} groups at the widest gap
 */
/** @typedef {Shown & import("./compute/analysis.js").Analysis} View */

const analyst = new Background("analyst");

/**
 * @param {{texts: string[], task: string, rows: Float32Array[], recorded: boolean}} made
 * @param {number} dimensions
 * @param {AbortSignal} [signal]
 * @returns {Promise<View>}
 */
export async function viewOf({ texts, task, rows, recorded }, dimensions, signal) {
  /** @type {import("./compute/analysis.js").Analysis} */
  const found = await analyst.ask("analyse", [rows, dimensions], { signal });
  return { texts, task, dimensions, recorded, full: rows, groups: groupsAt(found.tree), ...found };
}

/**
 * Measures the quality of a search.
 *
 * @param {import("./compute/quality.js").Side} prompted @param {import("./compute/quality.js").Side} plain @param {number[][]} right
 * @param {AbortSignal} signal
 * @returns {Promise<import("./compute/quality.js").Quality[]>}
 */
export function qualityOf(prompted, plain, right, signal) {
  return analyst.ask("quality", [prompted, plain, right], { signal });
}

/** Compares all sizes of vectors. @param {Float32Array[]} rows @returns {Promise<ReturnType<typeof import("./compute/sizes.js").compare>>} */
export function sizesOf(rows) {
  return analyst.ask("sizes", [rows]);
}
