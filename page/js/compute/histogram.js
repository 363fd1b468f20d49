/** The similarities of all pairs: their histogram, the pairs above a threshold, and how it separates groups. */

export const BINS = 50; // from 0 to 1; negative cosines are in the first one
const FINE = 1000;
const MOST_ALIKE = 10_000; // candidates from one fine bin, since all pairs of equal texts are in the same one

/** @param {number} score @param {number} bins */
function binOf(score, bins) {
  return Math.max(0, Math.min(bins - 1, Math.floor(score * bins)));
}

/** Calls `use` for every pair of different texts. @param {Float32Array} matrix @param {number} size @param {(score: number, i: number, j: number) => void} use */
function eachPair(matrix, size, use) {
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      use(matrix[i * size + j], i, j);
    }
  }
}

/** Returns the number of pairs per bin. @param {Float32Array} matrix @param {number} size @param {number} [bins] */
export function histogram(matrix, size, bins = BINS) {
  const counts = new Uint32Array(bins);
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      counts[binOf(matrix[i * size + j], bins)]++;
    }
  }
  return counts;
}

/** @typedef {{i: number, j: number, score: number}} Pair */

/**
 * Returns the number of pairs of at least `least`, and the `most` most similar ones of them.
 *
 * @param {Float32Array} matrix @param {number} size @param {number} least @param {number} most
 * @returns {{count: number, pairs: Pair[]}}
 */
export function pairsAbove(matrix, size, least, most) {
  const counts = histogram(matrix, size, FINE);
  let [from, seen] = [FINE, 0];
  while (from > 0 && seen < most) {
    seen += counts[--from];
  }
  let count = 0;
  /** @type {Pair[]} */
  const pairs = [];
  eachPair(matrix, size, (score, i, j) => {
    count += score >= least ? 1 : 0;
    if (score >= least && binOf(score, FINE) >= from && pairs.length < MOST_ALIKE) {
      pairs.push({ i, j, score });
    }
  });
  return { count, pairs: pairs.sort((a, b) => b.score - a.score).slice(0, most) };
}

/**
 * Returns the share of the pairs within a group, and of those of different groups, that are at or above a threshold.
 *
 * @param {Float32Array} matrix @param {number} size @param {number[][]} groups of all texts @param {number} least
 * @returns {{within: number, across: number}} 0 if there are no such pairs
 */
export function shares(matrix, size, groups, least) {
  const label = new Int32Array(size);
  groups.forEach((group, number) => group.forEach((place) => (label[place] = number)));
  const [all, above] = [[0, 0], [0, 0]]; // across, within
  eachPair(matrix, size, (score, i, j) => {
    const within = label[i] === label[j] ? 1 : 0;
    all[within]++;
    above[within] += score >= least ? 1 : 0;
  });
  const [across, within] = above.map((count, kind) => (all[kind] ? count / all[kind] : 0));
  return { within, across };
}
