/** What the views show: the vectors of the texts at one size, their cosines and their groups. */
import { groupsAt, treeOf } from "./compute/clusters.js";
import { truncated } from "./compute/sizes.js";
import { cosines, spread } from "./compute/vectors.js";

/**
 * @typedef {object} View
 * @property {string[]} texts
 * @property {string} task
 * @property {number} dimensions
 * @property {boolean} recorded whether the vectors came with the page
 * @property {Float32Array[]} full rows of 768 numbers
 * @property {Float32Array} matrix
 * @property {import("./compute/clusters.js").Tree} tree
 * @property {import("./compute/clusters.js").Groups} groups at the widest gap
 * @property {ReturnType<typeof spread>} spread
 */

/**
 * @param {{texts: string[], task: string, rows: Float32Array[], recorded: boolean}} made
 * @param {number} dimensions
 * @param {() => Promise<void>} [pause]
 * @returns {Promise<View>}
 */
export async function viewOf({ texts, task, rows, recorded }, dimensions, pause) {
  const matrix = await cosines(rows.map((row) => truncated(row, dimensions)), pause);
  const tree = treeOf(matrix, texts.length);
  return { texts, task, dimensions, recorded, full: rows, matrix, tree, groups: groupsAt(tree), spread: spread(matrix, texts.length) };
}
