/** Duplicates and outliers among the texts. */
import { forest } from "./linkage.js";
import { nearest } from "./vectors.js";

export const NEAR = 0.9; // cosine from which a pair counts as a near duplicate
const ROUNDING = 0.0005; // the page shows three digits, and 0.900 counts as 0.9
const MOST_OUTLIERS = 0.25; // of the texts; more are no exceptions

/** @typedef {{places: number[], equal: number}} Duplicates a set of lines; `equal` of them repeat an earlier one, but for case and spaces */

/**
 * Returns the sets of texts that are equal, or linked by pairs of at least `least`. Every text is in one set at most.
 *
 * @param {string[]} texts @param {Float32Array} matrix @param {number} [least]
 * @returns {Duplicates[]}
 */
export function duplicates(texts, matrix, least = NEAR) {
  const size = texts.length;
  const { root, rootOf } = forest(size);
  const first = firstEqual(texts);
  for (let i = 0; i < size; i++) {
    root[rootOf(i)] = rootOf(first[i]);
    for (let j = i + 1; j < size; j++) {
      if (matrix[i * size + j] >= least - ROUNDING) {
        root[rootOf(j)] = rootOf(i);
      }
    }
  }
  const sets = texts.map(() => /** @type {number[]} */ ([]));
  texts.forEach((_, place) => sets[rootOf(place)].push(place));
  return sets
    .filter((places) => places.length > 1)
    .sort((one, other) => one[0] - other[0])
    .map((places) => ({ places, equal: places.filter((place) => first[place] !== place).length }));
}

/** Returns the first text that each text equals but for case and spaces. @param {string[]} texts */
function firstEqual(texts) {
  /** @type {Map<string, number>} */
  const found = new Map();
  return texts.map((text, place) => {
    const plain = text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
    found.set(plain, found.get(plain) ?? place);
    return found.get(plain) ?? place;
  });
}

/**
 * Returns the texts with their nearest text, the most isolated one first. An outlier is far from every other text, also from
 * its nearest one: their cosine is below the gap between the groups. Texts without groups have no outliers.
 *
 * @param {Float32Array} matrix
 * @param {number} size
 * @param {number} least cosine in the middle of the gap between the groups; -1 for no groups
 * @returns {{place: number, other: number, score: number, outlier: boolean}[]}
 */
export function isolated(matrix, size, least) {
  if (size < 2) {
    return [];
  }
  const found = Array.from({ length: size }, (_, place) => {
    const other = nearest(matrix, size, place);
    return { place, other, score: matrix[place * size + other] };
  }).sort((a, b) => a.score - b.score);
  const far = found.filter(({ score }) => score < least).length;
  return found.map((item, at) => ({ ...item, outlier: at < far && far <= MOST_OUTLIERS * size }));
}
