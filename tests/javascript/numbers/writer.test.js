// @ts-check
/** The writer of digits, against JSON.parse and Math.fround. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Writer, copyShort } from "../../../src/bindings/numbers/writer.js";
import { bytes, random } from "../samples.js";

test("the digits that are written identify the float32", () => {
  const next = random(3);
  const writer = new Writer(40 * 3000);
  const values = Float32Array.from({ length: 2000 }, () => (next() - 0.5) * 10 ** Math.floor(next() * 10 - 8));
  for (const value of [...values, 0, -0, 1, 0.1, 0.0001, 0.00009999, 0.99999999, 3.4e38, 1e-45].map(Math.fround)) {
    writer.at = 0;
    writer.number(value);
    const text = new TextDecoder().decode(writer.bytes.subarray(0, writer.at));
    assert.equal(Math.fround(JSON.parse(text)), value === 0 ? 0 : value, text);
  }
});

test("texts, bytes and numbers follow each other", () => {
  const writer = new Writer(30);
  writer.text("é=");
  writer.copy(bytes("ab"));
  writer.number(-0.0123);
  assert.equal(new TextDecoder().decode(writer.bytes.subarray(0, writer.at)), "é=ab-0.0123000000");
});

test("the numbers of an array have short digits, and are the same float32", () => {
  const row = Float32Array.from([0.1, -0.025, 0.00012345678, 7, 0, 1e-9, -1e30]);
  const values = Array(row.length).fill(9);
  copyShort(row, values);
  assert.deepEqual(values.slice(0, 2), [0.1000000015, -0.0250000004]);
  assert.deepEqual(values.map(Math.fround), [...row]);
});
