// @ts-check
/** Rows as arrays of numbers. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { DIMENSIONS } from "../../../src/bindings/numbers/answer.js";
import { plain, shortDigits } from "../../../src/bindings/numbers/arrays.js";
import { random } from "../samples.js";

test("rows as arrays: the float32 values, or their short digits, which parse to the same float32", () => {
  const next = random(9);
  for (let run = 0; run < 30; run++) {
    const values = Float32Array.from({ length: DIMENSIONS }, (_, i) => (next() - 0.5) * 10 ** ((i % 14) - 10));
    const short = shortDigits(values);
    assert.deepEqual(short.map(Math.fround), [...values]);
    const usual = short.filter((value) => Math.abs(value) >= 0.001 && Math.abs(value) < 1);
    assert.ok(usual.every((value) => String(Math.abs(value)).length <= "0.0123456789".length));
    assert.deepEqual(plain(values), [...values]);
  }
});
