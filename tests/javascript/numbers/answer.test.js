// @ts-check
/** The validator of the model's answers: what it accepts and rejects, and that its float32 agree with JSON.parse. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { DIMENSIONS, InvalidAnswer, readAnswer } from "../../../src/bindings/numbers/answer.js";
import { answer, bytes, random, row } from "../samples.js";

const ROW = row();

/** Reads an answer without floats and with them; both must succeed. @param {string} text @param {number} count */
function read(text, count) {
  readAnswer(bytes(text), count, false);
  return readAnswer(bytes(text), count, true);
}

/** @param {string[]} texts the first numbers as text */
function withNumbers(texts) {
  return answer([[...texts, ...ROW.slice(texts.length).map(String)]]);
}

test("numbers become the float32 that JSON.parse and Math.fround give", () => {
  const next = random(1);
  for (let run = 0; run < 60; run++) {
    const texts = ROW.map(() => number(next));
    const { floats } = read(withNumbers(texts), 1);
    assert.deepEqual([...(floats ?? [])], texts.map((text) => Math.fround(JSON.parse(text))));
  }
});

/** Returns a random number in one of many notations. @param {() => number} next */
function number(next) {
  const value = (next() - 0.5) * 10 ** Math.floor(next() * 12 - 9);
  const kind = Math.floor(next() * 8);
  if (kind === 0) return value.toFixed(Math.floor(next() * 30));
  if (kind === 1) return value.toExponential(Math.floor(next() * 20));
  if (kind === 2) return String(Math.fround(value));
  if (kind === 3) return String(Math.round(value * 1000));
  if (kind === 4) return value.toPrecision(1 + Math.floor(next() * 40)).replace("e", "E");
  if (kind === 5) return halfway(value);
  return String(value);
}

/** Returns the exact midpoint of two adjacent float32, or a value just above it. @param {number} value */
function halfway(value) {
  const pair = new Float32Array([value, 0]);
  const bits = new Int32Array(pair.buffer);
  bits[1] = bits[0] + 1;
  const exact = ((pair[0] + pair[1]) / 2).toFixed(60);
  return value > 0 ? `${exact}1` : exact;
}

test("the spans contain the digits of each row", () => {
  const text = answer([ROW, ROW.map((value) => value * 3)]);
  const { spans } = read(text, 2);
  const rows = [0, 1].map((i) => text.slice(spans[2 * i], spans[2 * i + 1]));
  assert.deepEqual(rows.map((digits) => JSON.parse(digits)), JSON.parse(text).data);
});

const LARGEST = "340282346638528859811704183484516925440"; // as float32; values from the midpoint to 2^128 on are infinite
const INFINITE = "340282356779733661637539395458142568448";
test("numbers that are infinite as float32 are rejected, and the largest finite one is accepted", () => {
  for (const text of [LARGEST, `-${LARGEST}`, "3.4028235e38", "3.40282356e38", "1e-400"]) {
    assert.equal(read(withNumbers([text]), 1).floats?.[0], Math.fround(Number(text)));
  }
  for (const text of [INFINITE, `-${INFINITE}`, "3.4028236e38", "1e39", "9".repeat(39), `-${"9".repeat(400)}`, "1e999"]) {
    for (const withFloats of [false, true]) {
      assert.throws(() => readAnswer(bytes(withNumbers([text])), 1, withFloats), InvalidAnswer, text);
      assert.throws(() => readAnswer(bytes(withNumbers(["0.5", text])), 1, withFloats), InvalidAnswer, text);
    }
  }
});

test("duplicate keys are rejected", () => {
  for (const text of [`{"data":[[${ROW}]],"data":[[${ROW}]]}`, `{"d\\u0061ta":[[${ROW}]],"data":[[${ROW}]]}`]) {
    assert.throws(() => read(text, 1), /not JSON|shape/);
  }
});

const LAYOUTS = {
  "compact without shape": `{"data":[[${ROW}]]}`,
  "spaces after commas": JSON.stringify({ shape: [1, 768], data: [ROW] }).replaceAll(",", ", ").replaceAll(":", ": "),
  indented: JSON.stringify({ shape: [1, 768], data: [ROW] }, null, 2),
  "another order": JSON.stringify({ data: [ROW], shape: [1, 768], pooling: "mean" }),
  "a nested key of the same name": JSON.stringify({ meta: { data: [1] }, data: [ROW] }),
};
for (const [name, text] of Object.entries(LAYOUTS)) {
  test(`layout: ${name}`, () => {
    assert.deepEqual([...(read(text, 1).floats ?? [])], ROW.map(Math.fround));
  });
}

test("an answer that ends early is rejected, wherever it ends", () => {
  const text = answer([ROW.map((value) => Number(value.toFixed(3)))]);
  for (let length = 0; length < text.length; length++) {
    assert.throws(() => readAnswer(bytes(text.slice(0, length)), 1, length % 2 === 0), InvalidAnswer);
  }
});

test("an answer with a replaced byte is accepted or rejected as with JSON.parse", () => {
  const text = answer([ROW.map((value) => Number(value.toFixed(3)))]);
  const next = random(2);
  for (let run = 0; run < 4000; run++) {
    const changed = bytes(text);
    changed[Math.floor(next() * changed.length)] = Math.floor(next() * 256);
    compare(changed);
  }
});

/** @param {Uint8Array} changed */
function compare(changed) {
  const expected = expectedOf(changed);
  for (const withFloats of [false, true]) {
    if (expected) assert.ok(readAnswer(changed, 1, withFloats));
    else assert.throws(() => readAnswer(changed, 1, withFloats), InvalidAnswer);
  }
}

/** Returns whether the bytes are a valid answer, according to JSON.parse. @param {Uint8Array} changed */
function expectedOf(changed) {
  try {
    const { shape, data } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(changed));
    const fits = shape === undefined || (shape.length === 2 && shape[0] === 1 && shape[1] === DIMENSIONS);
    const [found] = data;
    const numbers = found.every((/** @type {any} */ value) => typeof value === "number" && Number.isFinite(Math.fround(value)));
    return fits && data.length === 1 && found.length === DIMENSIONS && numbers && found.some((/** @type {number} */ value) => Math.fround(value) !== 0);
  } catch {
    return false;
  }
}

const REASONS = {
  "row 1 is all zeros": [answer([ROW, ROW.map(() => 0)]), 2],
  "row 0 is not 768 numbers": [answer([ROW.slice(1)]), 1],
  "1 rows for 2 texts": [answer([ROW]).replace("[1,", "[2,"), 2],
  "does not end after 1 rows": [answer([ROW, ROW]).replace("[2,", "[1,"), 1],
  "shape [2, 768]": [answer([ROW]).replace("[1,", "[3,"), 2],
  "not JSON": ["<html>", 1],
};
for (const [reason, [text, count]] of Object.entries(REASONS)) {
  test(`rejected because ${reason}`, () => {
    assert.throws(() => read(/** @type {string} */ (text), Number(count)), (error) => String(error).includes(reason));
  });
}

test("a row whose first numbers are zero is rejected only if no other numbers are used", () => {
  const text = answer([ROW.map((value, i) => (i < 256 ? 0 : value))]);
  assert.ok(readAnswer(bytes(text), 1, true, 512));
  assert.throws(() => readAnswer(bytes(text), 1, true, 256), /first 256 numbers of the model's row 0 are all zero/);
});
