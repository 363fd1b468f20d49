// @ts-check
/** Rows as arrays of numbers: for other Workers, and for the index. This module does no I/O and does not use the Workers runtime. */
import { DIMENSIONS } from "./answer.js";
import { copyShort } from "./writer.js";

/** V8 marks an array from `new Array(length)` as having holes, and takes five times as long to copy it to a Worker. */
export const WITHOUT_HOLES = [...new Float64Array(DIMENSIONS).fill(0.5)];

/** Returns a row as an array of numbers. @type {(row: Float32Array) => number[]} */
export function plain(row) {
  const values = WITHOUT_HOLES.slice(0, row.length);
  for (let i = 0; i < values.length; i++) values[i] = row[i];
  return values;
}

/** Returns a row with few digits where they identify the float32, for shorter JSON.
 * @type {(row: Float32Array) => number[]} */
export function shortDigits(row) {
  const values = WITHOUT_HOLES.slice(0, row.length);
  copyShort(row, values);
  return values;
}
