// @ts-check
/**
 * Approximate scores of quantised vectors, one byte a number. Vectorize scores this way unless a query asks for values;
 * how it quantises is not published. Here a number becomes the middle of one of 256 steps between the largest number of
 * the vector and its negative. Zero is no middle, so that no vector is stored exactly. Numbers at odd places are
 * negated before, so that zeros become positive and negative numbers, and their errors cancel out.
 */

const LEVELS = 128; // steps on each side of zero

/**
 * Writes the step of each number into `codes`. The middle of a step is (code + 0.5) * step.
 * @param {Float32Array} values @param {Int8Array} codes of the same length
 * @returns {{ step: number, norm: number }} the size of a step, and the length of the quantised vector
 */
export function quantize(values, codes) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const step = largest / LEVELS;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    codes[i] = step ? Math.min(LEVELS - 1, Math.floor(turned(values[i], i) / step)) : 0;
    sum += (codes[i] + 0.5) ** 2;
  }
  return { step, norm: Math.sqrt(sum) * step };
}

/** @type {(value: number, place: number) => number} */
function turned(value, place) {
  return place & 1 ? -value : value;
}

/** Metric -> a function of the dot product of query and quantised vector, and of their lengths.
 * @type {Record<string, (product: number, length: number, norm: number) => number>} */
const SCORES = {
  cosine: (product, length, norm) => (length * norm ? product / (length * norm) : 0),
  euclidean: (product, length, norm) => Math.sqrt(Math.max(0, length * length - 2 * product + norm * norm)),
  "dot-product": (product) => product,
};

/**
 * Returns the function that computes the score of each quantised vector with a query.
 * @param {Float64Array} query @param {number} length of the query @param {string} metric
 * @returns {(codes: Int8Array, step: number, norm: number) => number}
 */
export function approximately(query, length, metric) {
  const right = query.map(turned);
  const half = right.reduce((sum, value) => sum + value, 0) / 2;
  const score = SCORES[metric];
  return (codes, step, norm) => score((dot(codes, right) + half) * step, length, norm);
}

/**
 * Returns the dot product, as in scores.js. It is a copy, because one function for arrays of two types takes a quarter
 * more time for both. @type {(left: Int8Array, right: Float64Array) => number}
 */
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
