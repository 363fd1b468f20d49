/** Groups of similar texts: cuts of the tree of average linkage, from coarse to fine. */
import { NEAR } from "./duplicates.js";
import { cut, leaves, linkage } from "./linkage.js";

const CLEAR = 0.4; // part of the widest gap from which a gap counts as clear
const MOST_CLEAR = 8; // gaps that are compared
const LEAST_QUALITY = 0.1; // mean silhouette below which the texts have no groups worth a name
const STEP = 1.05; // between two cuts that are offered, as a ratio of their groups

/**
 * @typedef {object} Tree
 * @property {import("./linkage.js").Merge[]} merges
 * @property {number} size number of texts
 * @property {number[]} order similar texts are adjacent
 * @property {number[]} cuts numbers of groups that are offered, the coarsest first; the last one is `size`, which means no groups
 * @property {number} found the cut at the widest gap, or `size` if the texts have no clear groups
 * @property {number} widest gap of all cuts
 */

/**
 * @typedef {object} Groups
 * @property {number[]} order of the tree
 * @property {number[][]} groups single texts are groups of one; empty if there are no groups
 * @property {number} joined lowest mean cosine at which groups were joined
 * @property {number} apart mean cosine of the two groups that are joined next
 * @property {boolean} clear whether a clear gap separates the groups
 */

/** @param {Float32Array} matrix cosines of all pairs @param {number} size @returns {Tree} */
export function treeOf(matrix, size) {
  const merges = linkage(matrix, size);
  const gaps = gapsOf(merges, size);
  const widest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
  const found = bestCut(matrix, size, merges, gaps, widest);
  const cuts = [...new Set([...offered(gaps, size), found])].sort((a, b) => a - b);
  return { merges, size, order: leaves(merges, size), cuts, found, widest };
}

/** Returns the groups of a cut. @param {Tree} tree @param {number} [count] @returns {Groups} */
export function groupsAt(tree, count = tree.found) {
  const { merges, size, order } = tree;
  if (count >= size) {
    return { order, groups: [], joined: 1, apart: 1, clear: false };
  }
  const labels = cut(merges, size, count);
  const groups = Array.from({ length: count }, () => /** @type {number[]} */ ([]));
  order.forEach((place) => groups[labels[place]].push(place));
  const at = new Map(order.map((place, position) => [place, position]));
  groups.sort((a, b) => Number(at.get(a[0])) - Number(at.get(b[0])));
  return { order, groups, joined: merges[size - count - 1].height, apart: merges[size - count].height, clear: isClear(tree, count) };
}

/** Returns whether a clear gap separates the groups of a cut. @param {Tree} tree @param {number} count */
export function isClear({ merges, size, widest }, count) {
  return count < size && gapOf(merges[size - count - 1].height, merges[size - count].height) >= CLEAR * widest;
}

/** Returns the groups at the widest gap. @param {Float32Array} matrix @param {number} size */
export function groupsOf(matrix, size) {
  return groupsAt(treeOf(matrix, size));
}

/** Returns the cosine in the middle of the gap between groups, -1 for no groups. @param {Groups} groups */
export function middleOf({ groups, joined, apart }) {
  return groups.length ? (joined + apart) / 2 : -1;
}

/** Near duplicates are no groups, so that differences above their threshold do not count. @param {number} joined @param {number} apart */
function gapOf(joined, apart) {
  return Math.min(NEAR, joined) - Math.min(NEAR, apart);
}

/** Returns the gap below each number of groups, 0 for fewer than two. @param {import("./linkage.js").Merge[]} merges @param {number} size */
function gapsOf(merges, size) {
  return Array.from({ length: size }, (_, count) =>
    count < 2 ? 0 : gapOf(merges[size - count - 1].height, merges[size - count].height),
  );
}

/**
 * Returns the cut at the widest gap. The gaps of a few groups at the top of the tree vary by chance, so that of all clear
 * gaps, the one whose groups have the best silhouette is taken.
 *
 * @param {Float32Array} matrix @param {number} size @param {import("./linkage.js").Merge[]} merges @param {number[]} gaps @param {number} widest
 */
function bestCut(matrix, size, merges, gaps, widest) {
  const clear = [...gaps.keys()].filter((count) => gaps[count] > 0 && gaps[count] >= CLEAR * widest);
  const compared = clear.sort((a, b) => gaps[b] - gaps[a]).slice(0, MOST_CLEAR);
  let best = { count: size, quality: LEAST_QUALITY };
  for (const count of compared) {
    const quality = silhouette(matrix, size, cut(merges, size, count), count);
    best = quality > best.quality ? { count, quality } : best;
  }
  return best.count;
}

/** Returns the widest gap of every step. Up to 20 groups, every number of groups is a step. @param {number[]} gaps @param {number} size */
function offered(gaps, size) {
  const cuts = [];
  for (let from = 2; from < size; ) {
    const next = Math.min(size, Math.max(from + 1, Math.floor(from * STEP)));
    const step = Array.from({ length: next - from }, (_, place) => from + place);
    cuts.push(step.reduce((best, count) => (gaps[count] > gaps[best] ? count : best)));
    from = next;
  }
  return [...cuts, size];
}

/**
 * Returns the mean silhouette with the distance 1 - cosine: 1 for compact groups far apart, 0 for no groups.
 *
 * @param {Float32Array} matrix @param {number} size @param {Int32Array} labels @param {number} count
 */
export function silhouette(matrix, size, labels, count) {
  const members = new Int32Array(count);
  labels.forEach((label) => members[label]++);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const total = new Float64Array(count);
    for (let j = 0; j < size; j++) {
      total[labels[j]] += j === i ? 0 : 1 - matrix[i * size + j];
    }
    sum += members[labels[i]] > 1 ? width(total, members, labels[i]) : 0;
  }
  return sum / size;
}

/** @param {Float64Array} total distances to each group @param {Int32Array} members @param {number} own */
function width(total, members, own) {
  const inside = total[own] / (members[own] - 1);
  let outside = Infinity;
  total.forEach((sum, label) => {
    outside = label === own ? outside : Math.min(outside, sum / members[label]);
  });
  const larger = Math.max(inside, outside);
  return larger > 0 ? (outside - inside) / larger : 0;
}

/** Returns the member with the highest mean cosine with its group. @param {Float32Array} matrix @param {number} size @param {number[]} group */
export function centre(matrix, size, group) {
  let best = { place: group[0], sum: -Infinity };
  for (const place of group) {
    const sum = group.reduce((total, other) => total + matrix[place * size + other], 0);
    best = sum > best.sum ? { place, sum } : best;
  }
  return best.place;
}
