// @ts-check
/** Calls of the index: what the binding gets, what Python sees of the answer, and faults. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { axis, callIndex, diverse, merge, reserve } from "../../../src/bindings/calls/call_vectorize.js";
import { open } from "../../../src/bindings/requests/request.js";
import { answerMemory } from "../../../src/bindings/isolate/memory.js";

const ROW = Array.from({ length: 768 }, (_, i) => (i + 1) / 1000);

/** Calls a method of an index that returns `result`. @param {any} result @param {string} method @param {any[]} given @param {any} [vectors] */
async function call(result, method = "getByIds", given = [["a"]], vectors = undefined) {
  const scope = open(5_000);
  /** @type {any[]} */
  let got = [];
  const index = { [method]: async (/** @type {any[]} */ ...args) => ((got = args), typeof result === "function" ? result() : result) };
  const answer = await callIndex(scope, index, method, JSON.stringify(given), vectors);
  scope.close();
  return { ...answer, got };
}

/** @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} parts */
const json = (parts) => JSON.parse(new TextDecoder().decode([.../** @type {any} */ (parts)][0]));

test("the vectors are the values of the documents, or the first argument of a query", async () => {
  const vectors = { values: () => [[1], [2]] };
  const written = await call({}, "upsert", [[{ id: "a" }, { id: "b" }]], vectors);
  assert.deepEqual(written.got, [[{ id: "a", values: [1] }, { id: "b", values: [2] }]]);
  const asked = await call({ matches: [] }, "query", [{ topK: 3 }], vectors);
  assert.deepEqual(asked.got, [[1], { topK: 3 }]);
  assert.deepEqual((await call({}, "deleteByIds", [["a"]])).got, [["a"]]);
});

for (const [name, wrap] of /** @type {[string, (items: any[]) => any][]} */ ([
  ["a list", (items) => items],
  ["matches", (matches) => ({ count: 2, matches })],
  ["vectors", (vectors) => ({ vectors })],
])) {
  test(`of the values in ${name}, Python sees an index`, async () => {
    const items = () => [{ id: "a", values: [...ROW] }, { id: "b", values: Float32Array.from(ROW) }, { id: "c", values: null }];
    const { fault, text, values } = await call(wrap(items()), "getByIds", [["a", "b", "c"]]);
    assert.equal(fault, "");
    assert.deepEqual(JSON.parse(text), wrap([{ id: "a", values: 0 }, { id: "b", values: 1 }, { id: "c" }]));
    const filled = json(/** @type {any} */ (values).parts(text));
    assert.deepEqual(json(/** @type {any} */ (values).parts(new TextEncoder().encode(text))), filled); // a large one
    assert.deepEqual(filled, wrap([{ id: "a", values: ROW }, { id: "b", values: ROW.map(Math.fround) }, { id: "c" }]));
  });
}

test("values also go back into the envelope of Cloudflare's REST API", async () => {
  const { values } = await call([{ id: "a", values: [...ROW] }]);
  const text = '{"result":[{"id":"a","values":0}],"success":true}';
  assert.deepEqual(json(/** @type {any} */ (values).parts(text)).result[0].values, ROW);
});

for (const values of [[1, 2], "text", { length: 768 }, ROW.map((_, i) => (i ? 0 : NaN)), ROW.map((_, i) => (i ? 0 : "1"))]) {
  test(`values of the form ${JSON.stringify(values).slice(0, 20)} are an invalid answer`, async () => {
    assert.equal((await call([{ id: "a", values }])).fault, "invalid");
  });
}

test("an answer that is nested too deeply is invalid, and one that is no JSON has failed or is invalid", async () => {
  const deep = (/** @type {number} */ depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth));
  assert.equal((await call([{ metadata: deep(70) }])).fault, "invalid");
  assert.equal((await call([{ metadata: deep(50_000) }])).fault, "invalid");
  assert.equal((await call(undefined)).text, "null");
  /** @type {any} */
  const cyclic = {};
  cyclic.self = cyclic;
  for (const value of [cyclic, { a: 1n }]) assert.equal((await call(value)).fault, "invalid");
});

test("an error of the binding is a fault with its text, and names why the request ended", async () => {
  const fail = () => { throw new Error("VECTOR_QUERY_ERROR (code = 40000)"); };
  const failed = await call(fail);
  assert.deepEqual([failed.fault, failed.text, failed.values], ["failed", "Error: VECTOR_QUERY_ERROR (code = 40000)", null]);
  const scope = open(5_000);
  scope.abort("disconnected");
  const index = { describe: () => assert.fail("it was called") };
  assert.equal((await callIndex(scope, index, "describe", "[]")).fault, "disconnected");
});

test("whatever is thrown has a short text that can be encoded, and is not taken for an answer", async () => {
  const strange = [undefined, null, "text", 5, Symbol("s"), Object.create(null), { toString() { throw new Error("no"); } }];
  for (const thrown of [...strange, new RangeError("x".repeat(1e6)), new Error("\ud800")]) {
    const { fault, text } = await call(() => { throw thrown; });
    assert.equal(fault, "failed");
    assert.ok(text.length <= 1_000 && text.isWellFormed(), text.slice(0, 50));
  }
});

test("more vectors than were asked for, or more text than they can have, are an invalid answer", async () => {
  const items = [{ id: "a" }, { id: "b" }];
  assert.equal((await call(items)).fault, "invalid");
  assert.equal((await call({ matches: items }, "query", [{ topK: 1 }], { values: () => [ROW] })).fault, "invalid");
  assert.equal((await call({ matches: items }, "queryById", ["a", { topK: 2 }])).fault, "");
  assert.equal((await call([{ id: "a", metadata: { text: "x".repeat(3_000_000) } }])).fault, "invalid");
});

test("the deadline ends a call that hangs", async () => {
  const scope = open(5);
  const answer = await callIndex(scope, { describe: () => new Promise(() => {}) }, "describe", "[]");
  assert.equal(answer.fault, "timeout");
});

test("an axis is a unit vector", () => {
  const [values] = axis(770).values();
  assert.deepEqual([values.length, values[2], values.reduce((sum, value) => sum + value)], [768, 1, 1]);
});

test("answers are merged in order, and diverse matches are chosen by their stored values", async () => {
  const one = await call([{ values: [...ROW] }, { values: ROW.map((value) => value + 1) }], "getByIds", [["a", "b"]]);
  const other = await call([{ values: ROW.map((value) => -value) }]);
  const merged = merge(/** @type {any} */ (one.values), /** @type {any} */ (other.values));
  assert.deepEqual(json(merged.parts('[{"values":2},{"values":0}]')), [{ values: ROW.map((value) => -value) }, { values: ROW }]);
  assert.equal(diverse(merged, "[[0,0.9],[1,0.8],[2,0.1]]", 2, 0.9), "[0,2]");
});

// values that are not 768 numbers; an array of so many holes would take seconds
const WRONG = [
  [],
  ROW.slice(1),
  [...ROW, 1],
  { length: 1e8 },
  { length: 768 },
  { ...ROW },
  "x".repeat(768),
  768,
  true,
  new Float32Array(767),
  new DataView(new ArrayBuffer(768)),
  ROW.with(5, NaN),
  ROW.with(5, Infinity),
  ROW.with(5, 1e300),
  /** @type {any[]} */ (ROW).with(5, "1"),
  /** @type {any[]} */ (ROW).with(5, null),
  new Array(768),
];

/** The answers of each method that hold vectors. @param {unknown} values @returns {[string, unknown][]} */
function answersWith(values) {
  const good = () => ({ id: "a", score: 1, values: ROW });
  return [
    ["query", { count: 2, matches: [good(), { id: "b", score: 1, values }] }],
    ["queryById", { count: 1, matches: [{ id: "b", score: 1, values }] }],
    ["getByIds", [good(), { id: "b", values }]],
    ["listVectors", { vectors: [{ id: "b", values }] }],
  ];
}

test("values that are not 768 finite numbers are an invalid answer of every method", async () => {
  for (const values of WRONG) {
    for (const [method, result] of answersWith(values)) {
      assert.equal((await call(result, method, [])).fault, "invalid", `${method} ${String(values).slice(0, 30)}`);
    }
  }
});

test("right values are kept, also of typed arrays, and answers may have none", async () => {
  for (const values of [ROW, new Float32Array(ROW), new Float64Array(ROW)]) {
    for (const [method, result] of answersWith(values)) {
      assert.deepEqual((await call(result, method, [])).values?.taken.at(-1), Array.from(values));
    }
  }
  for (const values of [undefined, null]) {
    for (const [method, result] of answersWith(values)) assert.equal((await call(result, method, [])).fault, "");
  }
});

test("stored vectors get memory at once, or wait for it, or are a fault", async () => {
  const [first, second, late] = [20_000, 20_000, 50].map((ms) => open(ms));
  assert.equal(reserve(first, 500), "");
  assert.ok(answerMemory.used.large >= 500 * 40_000);
  const [waiting, rejected] = [reserve(second, 500), reserve(late, 500)];
  assert.equal(await rejected, "busy");
  first.close();
  assert.equal(await waiting, "");
  for (const scope of [second, late]) scope.close();
  assert.equal(answerMemory.used.large, 0);
});
