// @ts-check
/** Similarity of float32 vectors, summed up in double precision, and the best of many scores. */

/** @typedef {(values: Float32Array, norm: number) => number} Score of a vector with this norm */

/** Returns the dot product. Four sums are independent of each other, so that the processor computes them at once.
 * @type {(left: Float32Array, right: Float64Array) => number} */
function dot(left, right) {
  const whole = left.length & ~3;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += left[i] * right[i];
    b += left[i + 1] * right[i + 1];
    c += left[i + 2] * right[i + 2];
    d += left[i + 3] * right[i + 3];
  }
  for (let i = whole; i < left.length; i++) a += left[i] * right[i];
  return a + b + (c + d);
}

/** Returns the length of a vector. @type {(values: Float32Array) => number} */
export function norm(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}

/** @type {(left: Float32Array, right: Float64Array) => number} */
function distance(left, right) {
  const whole = left.length & ~1;
  let [even, odd] = [0, 0];
  for (let i = 0; i < whole; i += 2) {
    even += (left[i] - right[i]) ** 2;
    odd += (left[i + 1] - right[i + 1]) ** 2;
  }
  if (whole < left.length) even += (left[whole] - right[whole]) ** 2;
  return Math.sqrt(even + odd);
}

/** Metric -> a function that returns the score of each vector with a query. A cosine with a zero vector is 0.
 * @type {Record<string, (query: Float64Array, length: number) => Score>} */
export const METRICS = {
  cosine: (query, length) => (values, norm) => (length * norm ? dot(values, query) / (length * norm) : 0),
  euclidean: (query) => (values) => distance(values, query),
  "dot-product": (query) => (values) => dot(values, query),
};

/** The best of the rows that were added: the highest scores, or the lowest ones. Equal scores are in the order of rows. */
export class Best {
  /** @param {number} count at most @param {boolean} lowest */
  constructor(count, lowest) {
    this.count = count;
    this.sign = lowest ? -1 : 1;
    /** @type {[row: number, score: number][]} the best first */
    this.found = [];
  }

  /** @param {number} row @param {number} score */
  add(row, score) {
    const { found, count } = this;
    if (found.length === count && !this.precedes(row, score, found[count - 1])) return;
    let at = found.length;
    while (at > 0 && this.precedes(row, score, found[at - 1])) at--;
    found.splice(at, 0, [row, score]);
    if (found.length > count) found.pop();
  }

  /** @type {(row: number, score: number, other: [row: number, score: number]) => boolean} */
  precedes(row, score, [otherRow, otherScore]) {
    return score === otherScore ? row < otherRow : (score - otherScore) * this.sign > 0;
  }
}
