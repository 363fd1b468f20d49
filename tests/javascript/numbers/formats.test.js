// @ts-check
/** Rows in every output format. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { DIMENSIONS, readAnswer } from "../../../src/bindings/numbers/answer.js";
import { unitRow, writeRows } from "../../../src/bindings/numbers/formats.js";
import { answer, bytes, random, row } from "../samples.js";

const ROWS = [row(1), row(2).map((value) => value * 4), row(3)];
const TEXT = answer(ROWS);
const READ = readAnswer(bytes(TEXT), 3, true);
const SIZES = [768, 512, 256, 128];

/** @param {number} dimensions @param {string} encoding */
function written(dimensions, encoding, item = "@", first = 0) {
  const text = new TextDecoder().decode(writeRows(READ, { dimensions, encoding }, item, first, "[", "]"));
  return JSON.parse(text);
}

/** @param {string} text */
function fromBase64(text) {
  return [...new Float32Array(new Uint8Array(Buffer.from(text, "base64")).buffer)];
}

test("the digits of the model are returned unchanged", () => {
  assert.deepEqual(written(768, "float"), ROWS);
});

for (const size of SIZES) {
  test(`${size} numbers as small integers: scaled by the largest component, or the signs packed`, () => {
    const rows = written(size, "float");
    const [int8, uint8, binary, ubinary] = ["int8", "uint8", "binary", "ubinary"].map((type) => written(size, type));
    rows.forEach((/** @type {number[]} */ values, /** @type {number} */ i) => {
      const largest = Math.max(...values.map(Math.abs));
      const scaled = values.map((value) => Math.round((value * 127) / largest));
      assert.ok(scaled.every((value, j) => Math.abs(value - int8[i][j]) <= 1 && Math.abs(int8[i][j]) <= 127));
      assert.ok(scaled.filter((value, j) => value !== int8[i][j]).length <= 2, "rounding at a half may differ");
      assert.equal(Math.max(...int8[i].map(Math.abs)), 127);
      assert.deepEqual(uint8[i], int8[i].map((/** @type {number} */ value) => value + 128));
      const bits = ubinary[i].map((/** @type {number} */ byte) => byte.toString(2).padStart(8, "0")).join("");
      assert.equal(bits, values.map((value) => (value > 0 ? "1" : "0")).join(""));
      assert.deepEqual(binary[i], ubinary[i].map((/** @type {number} */ byte) => byte - 128));
    });
  });

  test(`${size} numbers as small integers in base64`, () => {
    for (const type of ["int8", "uint8", "binary", "ubinary"]) {
      const array = type === "int8" || type === "binary" ? Int8Array : Uint8Array;
      const packed = written(size, `base64:${type}`).map((/** @type {string} */ text) => [
        ...new array(new Uint8Array(Buffer.from(text, "base64")).buffer),
      ]);
      assert.deepEqual(packed, written(size, type));
    }
  });
}

test("an answer that is already the response is not copied", () => {
  const out = writeRows(READ, { dimensions: 768, encoding: "float" }, "@", 0, '{"shape":[3,768],"data":[', "]}");
  assert.equal(out, READ.bytes);
});

for (const size of SIZES) {
  test(`${size} numbers: truncated and renormalised, equal as JSON and as base64`, () => {
    const packed = written(size, "base64").map(fromBase64);
    packed.forEach((/** @type {number[]} */ values, /** @type {number} */ i) => {
      const part = ROWS[i].slice(0, size);
      const scale = size === DIMENSIONS ? 1 : 1 / Math.hypot(...part);
      assert.equal(values.length, size);
      values.forEach((value, j) => assert.ok(Math.abs(value - part[j] * scale) < 1e-6));
    });
    const plain = written(size, "float").map((/** @type {number[]} */ values) => values.map(Math.fround));
    assert.deepEqual(plain, packed);
  });
}

test("numbers in JSON parse to the same float32", () => {
  const next = random(5);
  for (let run = 0; run < 40; run++) {
    const values = Array.from({ length: DIMENSIONS }, (_, i) => Math.fround((next() - 0.5) * 10 ** -(i % 9)));
    values.splice(0, 8, 0, 1, -1, 0.1, 0.0999999940395355224609375, 0.9999999403953552, 1e-4, 1e-40);
    const rows = readAnswer(bytes(answer([values])), 1, true);
    const scale = 1 / Math.hypot(.../** @type {number[]} */ (values.slice(0, 512)));
    const text = new TextDecoder().decode(writeRows(rows, { dimensions: 512, encoding: "float" }, "@", 0, "", ""));
    const expected = [...unitRow(/** @type {Float32Array} */ (rows.floats), 0, 512)];
    assert.deepEqual(JSON.parse(text).map(Math.fround), expected.map((value) => value + 0));
    assert.ok(Math.abs(expected[1] - scale) < 1e-6);
  }
});

test("the template of an item is filled with its numbers and its index", () => {
  const items = written(128, "base64", '{"index":#,"embedding":@,"again":#}', 40);
  assert.deepEqual(items.map((/** @type {any} */ { index, again }) => [index, again]), [[40, 40], [41, 41], [42, 42]]);
  assert.equal(fromBase64(items[1].embedding).length, 128);
});

test("head and tail can contain any text", () => {
  const format = { dimensions: 128, encoding: "base64" };
  const text = new TextDecoder().decode(writeRows(READ, format, "@", 0, '{"é":"🤗","data":[', '],"model":"名前@#"}'));
  assert.equal(JSON.parse(text).model, "名前@#");
  assert.equal(JSON.parse(text).data.length, 3);
});
