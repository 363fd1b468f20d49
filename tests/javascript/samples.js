// @ts-check
/** Rows and answers for the tests. */
import { DIMENSIONS } from "../../src/bindings/numbers/answer.js";

const encoder = new TextEncoder();

/** Returns a generator of numbers from 0 to 1, equal in every run (mulberry32). @param {number} seed */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns a row of length 1. */
export function row(seed = 7) {
  const next = random(seed);
  const values = Array.from({ length: DIMENSIONS }, () => next() - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** Returns the model's answer with these rows. @param {(string | number)[][]} rows */
export function answer(rows) {
  return `{"shape":[${rows.length},768],"data":[${rows.map((values) => `[${values}]`)}]}`;
}

/** @param {string} text */
export function bytes(text) {
  return encoder.encode(text);
}

/** Returns a symmetric matrix with ones on the diagonal. @param {number} size @param {(i: number, j: number) => number} score */
export function square(size, score) {
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return i === j ? 1 : score(Math.min(i, j), Math.max(i, j));
  });
}

/** Returns random cosines of all pairs. @param {number} size */
export function noise(size) {
  const next = random(size);
  const scores = Array.from({ length: size * size }, next);
  return square(size, (i, j) => scores[i * size + j]);
}
