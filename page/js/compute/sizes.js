/** Shorter and smaller vectors, computed from those of 768 numbers as the service does, and what they keep. */
import { cosines, neighbours } from "./vectors.js";

export const SIZES = [768, 512, 256, 128];
export const TYPES = ["float32", "int8", "binary"];
const NEAREST = 5;
const MOST_TEXTS = 300; // compared; more are sampled evenly

/** Truncates a row and renormalises it. 768 numbers stay as they are. @param {Float32Array} row @param {number} dimensions */
export function truncated(row, dimensions) {
  if (row.length === dimensions) {
    return row;
  }
  const part = row.slice(0, dimensions);
  let [even, odd] = [0, 0]; // two sums, as in the service, so that the last digit is the same
  for (let i = 0; i < part.length; i += 2) {
    even += part[i] * part[i];
    odd += part[i + 1] * part[i + 1];
  }
  const scale = 1 / Math.sqrt(even + odd);
  return part.map((value) => value * scale);
}

/** Returns the values that a type of number keeps. @param {Float32Array} row @param {string} type */
export function quantized(row, type) {
  if (type === "binary") {
    return row.map((value) => (value > 0 ? 1 : -1));
  }
  if (type === "int8") {
    const scale = 127 / row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return row.map((value) => Math.round(value * scale));
  }
  return row;
}

/** @param {number} dimensions @param {string} type */
export function bytesOf(dimensions, type) {
  return type === "float32" ? 4 * dimensions : type === "int8" ? dimensions : dimensions / 8;
}

/** @typedef {{dimensions: number, type: string, bytes: number, kept: number}} Comparison */

/**
 * Compares every size and type with 768 float32. `kept` is the share of the nearest texts that are the same.
 *
 * @param {Float32Array[]} rows of 768 numbers
 * @returns {{nearest: number, texts: number, table: Comparison[]}} `nearest`: how many nearest texts are compared
 */
export function compare(rows) {
  const some = sampled(rows);
  const nearest = Math.min(NEAREST, Math.floor((some.length - 1) / 2));
  /** @type {Comparison[]} */
  const table = [];
  if (nearest < 1) {
    return { nearest, texts: some.length, table };
  }
  const full = cosines(some);
  for (const dimensions of SIZES) {
    for (const type of TYPES) {
      const matrix = cosines(some.map((row) => quantized(truncated(row, dimensions), type)));
      table.push({ dimensions, type, bytes: bytesOf(dimensions, type), kept: kept(full, matrix, some.length, nearest) });
    }
  }
  return { nearest, texts: some.length, table };
}

/** @param {Float32Array[]} rows */
function sampled(rows) {
  const step = Math.max(1, rows.length / MOST_TEXTS);
  return Array.from({ length: Math.min(rows.length, MOST_TEXTS) }, (_, place) => rows[Math.floor(place * step)]);
}

/** @param {Float32Array} full @param {Float32Array} matrix @param {number} size @param {number} count */
function kept(full, matrix, size, count) {
  let same = 0;
  for (let i = 0; i < size; i++) {
    const found = new Set(neighbours(matrix, size, i, count).map(({ place }) => place));
    same += neighbours(full, size, i, count).filter(({ place }) => found.has(place)).length;
  }
  return same / (size * count);
}

/**
 * Recommends the smallest vector that keeps at least this share of the nearest texts.
 *
 * @param {Comparison[]} table the first row keeps everything @param {number} share
 * @returns {{best: Comparison, smaller: Comparison | null}} `smaller`: the smaller vector that keeps most, but not enough
 */
export function recommended(table, share) {
  const smallest = (/** @type {Comparison} */ one, /** @type {Comparison} */ other) =>
    other.bytes < one.bytes || (other.bytes === one.bytes && other.kept > one.kept) ? other : one;
  const best = table.filter(({ kept }) => kept >= share).reduce(smallest, table[0]);
  const rest = table.filter(({ bytes }) => bytes < best.bytes);
  return { best, smaller: rest.length ? rest.reduce((one, other) => (other.kept > one.kept ? other : one)) : null };
}
