// @ts-check
/** The modules of the Vectorize emulator: packed vectors, and arguments of RPC. The conformance test has the rest. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { open, send } from "../../local/src/runtime/calls.js";
import { Packed } from "../../local/src/runtime/packed.js";

const WIDTH = 3;

/** @param {number} number */
function vectorOf(number) {
  return Float32Array.of(Math.sin(number), Math.cos(number), number / 7);
}

/** @param {number} count */
function filled(count) {
  const packed = new Packed(WIDTH);
  for (let row = 1; row <= count; row++) packed.put(row, vectorOf(row));
  return packed;
}

test("after any order of changes, every row has its own vector", () => {
  const packed = new Packed(WIDTH);
  const expected = new Map();
  for (let step = 0; step < 20_000; step++) {
    const row = (step * 7919) % 3001;
    if ((step * 31) % 5 < 2) {
      packed.remove(row);
      expected.delete(row);
    } else {
      packed.put(row, vectorOf(step));
      expected.set(row, vectorOf(step));
    }
  }
  assert.equal(packed.count, expected.size);
  for (const [row, values] of expected) assert.deepEqual(packed.get(row), values);
  const [query] = expected.values();
  const rows = packed.nearest(query, "euclidean", 5000, true).map(([row]) => row);
  assert.deepEqual(rows.toSorted((a, b) => a - b), [...expected.keys()].sort((a, b) => a - b));
});

test("memory follows the number of vectors, and replacing them takes none", () => {
  const packed = filled(3000);
  assert.equal(packed.chunks.length, 3);
  for (let row = 1; row <= 3000; row++) packed.put(row, vectorOf(row + 1));
  for (let row = 1; row <= 500; row++) packed.remove(row);
  for (let row = 5001; row <= 5500; row++) packed.put(row, vectorOf(row));
  assert.deepEqual([packed.count, packed.chunks.length], [3000, 3]);
  for (let row = 501; row <= 3000; row++) packed.remove(row);
  assert.deepEqual([packed.count, packed.chunks.length], [500, 1]);
  for (let row = 5001; row <= 5500; row++) packed.remove(row);
  assert.deepEqual([packed.count, packed.chunks.length], [0, 0]);
});

test("a score is computed for the given rows only", () => {
  const packed = filled(2000);
  const read = new Set();
  const at = packed.at.bind(packed);
  packed.at = (slot) => at(read.add(slot) && slot);
  assert.equal(packed.nearest(vectorOf(3), "cosine", 5, true, [1500, 3, 9999]).length, 2);
  assert.equal(read.size, 2);
});

test("a vector of another width is an error", () => {
  assert.throws(() => new Packed(WIDTH).put(1, new Float32Array(2)), /2 numbers, not 3/);
});

test("vectors in arguments stay in JavaScript, and return to their places", () => {
  const items = [{ id: "a", values: [1, 2] }, { id: "b" }, { id: "c", values: null }, { id: "d", values: "odd" }];
  const given = open("upsert", [...items, { id: "e", values: Float32Array.of(0.5), namespace: "\ud835" }]);
  const without = JSON.parse(given.text)[0];
  assert.deepEqual(without.map((/** @type {any} */ item) => item.values), [0, undefined, null, 1, 2]);
  const body = given.fill(JSON.stringify({ vectors: [without[0], without[3], without[4]] }));
  const expected = [items[0], items[3], { id: "e", values: [0.5], namespace: "\ud835" }];
  assert.equal(body, JSON.stringify({ vectors: expected }));
});

test("a query has a vector as its first argument, and other calls have none", () => {
  const query = open("query", Float32Array.of(1, 0.25), { topK: 3 });
  assert.equal(query.text, '[0,{"topK":3}]');
  assert.equal(query.fill('{"topK":3,"vector":0}'), '{"topK":3,"vector":[1,0.25]}');
  assert.equal(open("query", null, { vector: 7 }).text, '[null,{"vector":7}]');
  const byId = open("queryById", "a", { vector: 7 });
  assert.equal(byId.fill('{"vector":7,"vectorId":"a"}'), '{"vector":7,"vectorId":"a"}');
  assert.equal(open("getByIds", [0, "a"]).text, '[[0,"a"]]');
  assert.equal(open("describe").text, "[]");
});

test("a result is parsed, and an error is text", async () => {
  for (const [status, text, expected] of /** @type {[number, string, object][]} */ ([
    [200, '{"count":0}', { status: 200, result: { count: 0 }, text: "" }],
    [400, '{"code":1}', { status: 400, text: '{"code":1}' }],
  ])) {
    const index = { fetch: async () => new Response(text, { status }) };
    const given = open("getByIds", ["a"]);
    assert.deepEqual(await send(/** @type {any} */ (index), "getByIds", "application/json", "{}", given), expected);
  }
});
