/** Duplicates, near duplicates and outliers among the texts. */
import { nearest } from "./vectors.js";

export const NEAR = 0.9; // cosine from which a pair counts as a near duplicate
const ROUNDING = 0.0005; // the page shows three digits, and 0.900 counts as 0.9
const FENCE = 1.5; // Tukey's fence: quartile ranges below the first quartile

/** Returns the sets of texts that are equal but for case and spaces. @param {string[]} texts @returns {number[][]} */
export function equalTexts(texts) {
  /** @type {Map<string, number[]>} */
  const found = new Map();
  texts.forEach((text, place) => {
    const plain = text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
    found.set(plain, [...(found.get(plain) ?? []), place]);
  });
  return [...found.values()].filter((set) => set.length > 1);
}

/**
 * Returns the sets of texts that are linked by pairs of at least `least`, without sets of equal texts.
 *
 * @param {Float32Array} matrix
 * @param {number[][]} same
 * @param {number} size
 * @returns {number[][]}
 */
export function nearDuplicates(matrix, size, same, least = NEAR) {
  const root = Int32Array.from({ length: size }, (_, place) => place);
  const rootOf = (/** @type {number} */ place) => {
    while (root[place] !== place) {
      place = root[place] = root[root[place]];
    }
    return place;
  };
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      if (matrix[i * size + j] >= least - ROUNDING) {
        root[rootOf(j)] = rootOf(i);
      }
    }
  }
  /** @type {Map<number, number[]>} */
  const sets = new Map();
  root.forEach((_, place) => {
    const top = rootOf(place);
    sets.set(top, sets.get(top) ?? []);
    sets.get(top)?.push(place);
  });
  const known = new Set(same.map(String));
  return [...sets.values()].filter((set) => set.length > 1 && !known.has(String(set)));
}

/**
 * Returns the texts with their nearest text, the most isolated one first. `outlier` says whether it is below Tukey's fence.
 *
 * @param {Float32Array} matrix
 * @param {number} size
 * @returns {{place: number, other: number, score: number, outlier: boolean}[]}
 */
export function isolated(matrix, size) {
  if (size < 2) {
    return [];
  }
  const found = Array.from({ length: size }, (_, place) => {
    const other = nearest(matrix, size, place);
    return { place, other, score: matrix[place * size + other] };
  }).sort((a, b) => a.score - b.score);
  const quartile = (/** @type {number} */ part) => found[Math.floor(part * (size - 1))].score;
  const fence = quartile(0.25) - FENCE * (quartile(0.75) - quartile(0.25));
  return found.map((item) => ({ ...item, outlier: item.score < fence }));
}
