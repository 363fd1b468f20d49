// @ts-check
/** Cosines of rows, against plain arithmetic. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { cosines } from "../../../src/bindings/numbers/cosines.js";
import { row } from "../samples.js";

const ROWS = [row(1), row(2).map((value) => value * 4), row(3)];

/** @param {number[]} left @param {number[]} right */
function cosine(left, right) {
  const dot = left.reduce((sum, value, i) => sum + value * right[i], 0);
  return dot / (Math.hypot(...left) * Math.hypot(...right));
}

for (const size of [768, 512, 256, 128]) {
  test(`cosines of ${size} numbers do not depend on the length of the rows`, () => {
    const floats = Float32Array.from(ROWS.flat());
    const parts = ROWS.map((values) => values.slice(0, size));
    const all = /** @type {number[][]} */ (cosines(floats, 3, size, false));
    parts.forEach((left, i) => parts.forEach((right, j) => assert.ok(Math.abs(all[i][j] - cosine(left, right)) < 1e-6)));
    assert.deepEqual(cosines(floats, 3, size, true), [all[0][1], all[0][2]]);
    assert.deepEqual([all[0][0], all[1][1], all[2][2]], [1, 1, 1]);
  });
}
