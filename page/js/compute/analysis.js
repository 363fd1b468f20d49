/** What the page computes from the vectors of its texts. */
import { groupsAt, middleOf, treeOf } from "./clusters.js";
import { isolated } from "./duplicates.js";
import { truncated } from "./sizes.js";
import { cosines, spread } from "./vectors.js";

/**
 * @typedef {object} Analysis
 * @property {Float32Array} matrix cosines of all pairs
 * @property {import("./clusters.js").Tree} tree
 * @property {ReturnType<typeof spread>} spread
 * @property {ReturnType<typeof isolated>} isolated texts with their nearest one, the most isolated first
 */

/** @param {Float32Array[]} rows of 768 numbers @param {number} dimensions @returns {Analysis} */
export function analyse(rows, dimensions) {
  const size = rows.length;
  const matrix = cosines(rows.map((row) => truncated(row, dimensions)));
  const tree = treeOf(matrix, size);
  return { matrix, tree, spread: spread(matrix, size), isolated: isolated(matrix, size, middleOf(groupsAt(tree))) };
}
