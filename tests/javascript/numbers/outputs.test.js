// @ts-check
/** The formats in which vectors and scores leave: JSON in parts for HTTP, values for other Workers. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { readAnswer } from "../../../src/bindings/numbers/answer.js";
import { join, similarity } from "../../../src/bindings/numbers/outputs.js";
import { answer, bytes, row } from "../samples.js";

/** Returns an answer of the model. @param {number[][]} rows */
const answerOf = (rows) => ({ rows: readAnswer(bytes(answer(rows)), rows.length, true) });

/** @param {{ parts(head: string, item: string, tail: string): Iterable<Uint8Array> }} output @param {string} item */
const written = (output, item = "@") => [...output.parts("[", item, "]")].map((part) => new TextDecoder().decode(part));

const [A, B, C] = [row(1), row(2), row(3)];

/** @param {number[]} left @param {number[]} right */
const cosine = (left, right) => left.reduce((sum, value, i) => sum + value * right[i], 0) / (Math.hypot(...left) * Math.hypot(...right));

test("a call of the model is a part, and the rows are numbered across all of them", () => {
  const parts = written(join(256, "float", answerOf([A, B]), answerOf([C])), '{"i":#,"v":@}');
  assert.equal(parts.length, 2);
  const rows = JSON.parse(parts.join(""));
  assert.deepEqual(rows.map((/** @type {any} */ item) => item.i), [0, 1, 2]);
  for (const [i, { v }] of rows.entries()) {
    assert.equal(v.length, 256);
    assert.ok(Math.abs(cosine(v, [A, B, C][i].slice(0, 256)) - 1) < 1e-6);
    assert.ok(Math.abs(Math.hypot(...v) - 1) < 1e-6);
  }
});

test("values are arrays of numbers, or base64 of the same float32", () => {
  const [floats, base64] = ["float", "base64"].map((encoding) => join(768, encoding, answerOf([A])).values());
  const packed = Buffer.from(/** @type {string} */ (base64[0]), "base64");
  assert.deepEqual([...new Float32Array(packed.buffer, packed.byteOffset, 768)], A.map(Math.fround));
  assert.deepEqual(/** @type {number[]} */ (floats[0]).map(Math.fround), A.map(Math.fround));
  assert.ok(Array.isArray(floats[0]));
});

test("several encodings are members of one object, in the order that was asked for", () => {
  const output = join(768, "int8,float", answerOf([A]), answerOf([B]));
  const object = JSON.parse(`{${written(output).join("").slice(1, -1)}}`);
  assert.deepEqual(Object.keys(object), ["int8", "float"]);
  assert.deepEqual([object.int8.length, object.float.length], [2, 2]);
  assert.ok(object.int8.flat().every((/** @type {number} */ value) => Number.isInteger(value) && Math.abs(value) <= 128));
});

test("what stands before and after the numbers may be bytes", () => {
  /** @param {(head: any, item: string, tail: any) => Iterable<Uint8Array>} parts */
  const both = (parts) => [["[\"é🦙\",", "]"], [bytes("[\"é🦙\","), bytes("]")]].map(([head, tail]) => {
    const found = [...parts(head, "@", tail)].map((part) => Buffer.from(part));
    return Buffer.concat(found).toString();
  });
  for (const encoding of ["float", "base64", "int8,float"]) {
    const [texts, asBytes] = both((...given) => join(768, encoding, answerOf([A]), answerOf([B])).parts(...given));
    assert.equal(asBytes, texts, encoding);
    assert.ok(texts.startsWith('["é🦙",'));
  }
  const [texts, asBytes] = both((...given) => similarity(768, false, answerOf([A, B])).parts(...given));
  assert.equal(asBytes, texts);
});

test("rows are freed when the last encoding that is made of them has been written", () => {
  for (const encoding of ["base64", "int8", "float", "int8,float,base64"]) {
    const one = answerOf([A, B]);
    const { bytes: digits, floats } = one.rows;
    const [part] = [...join(768, encoding, one).parts("[", "@", "]")];
    assert.deepEqual([digits.length, floats?.length], [0, 0], encoding);
    assert.ok(part.length > 0);
  }
  const whole = answerOf([A]);
  const text = new TextDecoder().decode(whole.rows.bytes);
  const [part] = [...join(768, "float", whole).parts(text.slice(0, text.indexOf("[[") + 1), "@", "]}")];
  assert.equal(new TextDecoder().decode(part), text, "what is sent is kept");
});

test("the memory of an output is of its own size", () => {
  for (const encoding of ["base64", "int8", "uint8", "binary", "ubinary", "base64:int8"]) {
    const [part] = join(768, encoding, answerOf([A, B])).parts("[", "@", "]");
    assert.ok(part.buffer.byteLength < 2 * 768 * 6 + 200, encoding);
    assert.equal(JSON.parse(new TextDecoder().decode(part)).length, 2);
  }
});

test("scores are cosines: a matrix, or those of the other rows to the first", () => {
  const answers = [answerOf([A, B]), answerOf([C])];
  const matrix = /** @type {number[][]} */ (similarity(768, false, ...answers).values());
  const [rows, close] = [[A, B, C], (/** @type {number} */ one, /** @type {number} */ other) => Math.abs(one - other) < 1e-6];
  assert.ok(rows.every((left, i) => rows.every((right, j) => close(matrix[i][j], cosine(left, right)))));
  const scores = similarity(768, true, ...answers);
  assert.deepEqual(scores.values(), matrix[0].slice(1));
  assert.deepEqual(JSON.parse(written(scores).join("")), matrix[0].slice(1));
});
