// @ts-check
/** The scanner and the writer of digits, against JSON.parse and Math.fround. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ALL_ZEROS, Writer, copyShort, scanRow } from "../../src/bindings/digits.js";
import { bytes, random } from "./samples.js";

/** Scans a row that stands in an answer: other bytes follow it. @param {string} text @param {number} count */
function scan(text, count) {
  const data = bytes(`${text}]}  `);
  const floats = new Float32Array(count);
  const view = new DataView(data.buffer);
  const end = scanRow(view, data, 0, count, floats, 0);
  assert.equal(scanRow(view, data, 0, count, null, 0), end, "without floats");
  return { end, floats: [...floats] };
}

test("a row ends after its bracket, and its numbers are float32", () => {
  const text = "[1,-2.5, 0.000000001,3e2,-1E-3]";
  const { end, floats } = scan(text, 5);
  assert.equal(end, text.length);
  assert.deepEqual(floats, JSON.parse(text).map(Math.fround));
});

for (const text of ["[1,2]", "[1,2,3,4]", "[01,1,1]", "[+1,1,1]", "[1.,1,1]", "[.5,1,1]", "[1e,1,1]", "[1,,1]", "[1 ,1,1]",
  "[NaN,1,1]", "[1e39,1,1]", "[null,1,1]", '["1",1,1]', "[[1],1,1]", "1,1,1]", "[--1,1,1]", "[1.5.5,1,1]"]) {
  test(`${text} is no row of three numbers`, () => assert.equal(scan(text, 3).end, -1));
}

test("a row of zeros is told from others, also of numbers that a float32 rounds to zero", () => {
  assert.equal(scan("[0,-0,0.0]", 3).end, ALL_ZEROS);
  assert.equal(scan("[0,1e-60,0]", 3).end, ALL_ZEROS);
  assert.equal(scan("[0,0,1e-40]", 3).end, 11);
  assert.ok(Object.is(scan("[1,-0,0]", 3).floats[1], -0));
});

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

test("texts and bytes follow each other, and integers have leading zeros", () => {
  const writer = new Writer(20);
  writer.text("é=");
  writer.copy(bytes("ab"));
  writer.digits(70, 5);
  assert.equal(new TextDecoder().decode(writer.bytes.subarray(0, writer.at)), "é=ab00070");
});

test("the numbers of an array have at most nine digits, and are the same float32", () => {
  const row = Float32Array.from([0.1, -0.025, 0.00012345678, 7, 0, 1e-9]);
  const values = Array(row.length).fill(9);
  copyShort(row, values);
  assert.deepEqual(values.slice(0, 2), [0.100000001, -0.0250000004]);
  assert.deepEqual(values.map(Math.fround), [...row]);
});
