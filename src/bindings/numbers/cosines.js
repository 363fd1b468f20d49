// @ts-check
/** Cosines of vectors. This module does no I/O and does not use the Workers runtime. */
import { DIMENSIONS } from "./answer.js";
import { WITHOUT_HOLES } from "./arrays.js";

/** Returns the Euclidean length of a row. @type {(row: Float32Array) => number} */
export function length(row) {
  return Math.sqrt(dot(row, row));
}

/** Two independent sums are faster than one. Lengths are even.
 * @type {(left: Float32Array, right: Float32Array) => number} */
function dot(left, right) {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < left.length; i += 2) {
    even += left[i] * right[i];
    odd += left[i + 1] * right[i + 1];
  }
  return even + odd;
}

/**
 * Returns cosines, rounded to nine decimals: of row 0 and each other row if row 0 is a `source`, or the matrix of all
 * pairs.
 * @type {(floats: Float32Array, count: number, dimensions: number, source: boolean) => number[] | number[][]}
 */
export function cosines(floats, count, dimensions, source) {
  const rows = Array.from({ length: count }, (_, i) => floats.slice(i * DIMENSIONS, i * DIMENSIONS + dimensions));
  const lengths = rows.map(length);
  /** @type {(i: number, j: number) => number} */
  const cosine = (i, j) => {
    const value = dot(rows[i], rows[j]) / (lengths[i] * lengths[j]);
    return Math.round(Math.min(1, Math.max(-1, value)) * 1e9) / 1e9;
  };
  if (source) return rows.slice(1).map((_, j) => cosine(0, j + 1));
  const matrix = rows.map(() => WITHOUT_HOLES.slice(0, count).fill(1));
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) matrix[i][j] = matrix[j][i] = cosine(i, j);
  return matrix;
}
