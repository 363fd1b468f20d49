// @ts-check
/** The scanner of digits, against JSON.parse and Math.fround. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { ALL_ZEROS, scanRow } from "../../../src/bindings/numbers/digits.js";
import { bytes, random } from "../samples.js";

/** Scans a row as part of an answer: other bytes follow it. @param {string} text @param {number} count */
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

test("numbers near the middle between two float32 are rounded as their whole text says", () => {
  const next = random(4);
  const bits = new Int32Array(1);
  const single = new Float32Array(bits.buffer);
  const texts = Array.from({ length: 3000 }, (_, i) => {
    single[0] = next() / 10 ** (i % 6);
    const low = single[0];
    bits[0] += 1;
    const middle = ((low + single[0]) / 2).toFixed(60).replace(/0+$/, "");
    return middle.slice(0, i % 3 ? undefined : 10 + (i % 25)) + (i % 3 === 1 ? "0000000001" : "");
  });
  const { floats } = scan(`[${texts}]`, texts.length);
  assert.deepEqual(floats, texts.map((text) => Math.fround(Number(text))));
});

test("a long number may have a power, end early, or be followed by something else", () => {
  const text = "[0.12345678901234567e-3,0.1234567890123456,-0.00001234567890123456789,0.12345678901234567E2]";
  assert.deepEqual(scan(text, 4).floats, JSON.parse(text).map(Math.fround));
  for (const wrong of ["0.1234567890123456x", "0.12345678901234567.1", "0.12345678901234567e", "0.123456789012345:7"]) {
    assert.equal(scan(`[${wrong},1]`, 2).end, -1, wrong);
  }
});
