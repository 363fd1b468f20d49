// @ts-check
/** Arguments of other Workers: by position and by name, within the limits of HTTP. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_DEPTH } from "../../../src/bindings/isolate/limits.js";
import { Scope } from "../../../src/bindings/requests/request.js";
import { workMemory } from "../../../src/bindings/isolate/memory.js";
import { read, toJson } from "../../../src/bindings/requests/rpc.js";

const LIMIT = 10_000;

/** Returns the body, or why there is none. @param {unknown[]} given */
function body(given, names = "text", limit = LIMIT) {
  const found = toJson(names, limit, given);
  return typeof found === "string" ? found : JSON.parse(new TextDecoder().decode(found));
}

/** @param {number} depth */
function nested(depth) {
  let value = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

test("positions get names, and options follow", () => {
  assert.deepEqual(body([["a"], { task: "query" }]), { text: ["a"], task: "query" });
  assert.deepEqual(body([null, { id: "1" }, undefined]), { id: "1" });
  assert.deepEqual(body([], ""), {});
});

test("another number or kind of arguments", () => {
  for (const given of [["a", "b"], ["a", {}, {}], ["a", ["b"]], ["a", new Map()]]) assert.equal(body(given), "too_many");
});

test("an argument that is also an option is given twice", () => {
  assert.equal(body(["a", { text: "b" }]), "too_many");
  assert.deepEqual(body([null, { text: "b" }]), { text: "b" });
});

test("what is not plain data is named by its type", () => {
  const values = { Map: new Map(), Uint8Array: new Uint8Array(1), BigInt: 1n, Function: () => 1, Date: new Date(NaN) };
  for (const [name, value] of Object.entries(values)) {
    for (const given of [[value], [[value]], ["a", { filter: { x: value } }]]) assert.equal(body(given), name);
  }
});

test("a date is its ISO form, and what JSON does not know is null", () => {
  assert.deepEqual(body([[new Date(0), null, undefined]]), { text: ["1970-01-01T00:00:00.000Z", null, null] });
});

test("a number that JSON does not know is rejected: as null, it would be a threshold that nobody asked for", () => {
  for (const number of [NaN, Infinity, -Infinity]) {
    assert.equal(body(["a", { min_score: number }]), String(number));
    assert.equal(body([[{ metadata: { x: [number] } }]]), String(number));
  }
});

test("any key is a key", () => {
  const odd = JSON.parse('{"constructor": {"name": "Date"}, "__proto__": 1, "length": 1e9}');
  assert.equal(JSON.stringify(body([odd])), JSON.stringify({ text: odd }));
});

test("nesting is limited, the body itself is a level, and a cycle is too deep", () => {
  assert.notEqual(body([nested(MAX_DEPTH - 1)]), "too_deep");
  /** @type {any[]} */
  const ring = [];
  ring.push(ring);
  const loop = { self: {} };
  loop.self = loop;
  for (const value of [nested(MAX_DEPTH), nested(100_000), ring, loop]) assert.equal(body([value]), "too_deep");
});

test("the size is limited, in bytes, before anything is written", () => {
  const large = ["a".repeat(LIMIT), Array(LIMIT).fill(null), Array(5e7), ["é".repeat(LIMIT / 2)], { ["a".repeat(LIMIT)]: 1 }];
  for (const value of large) assert.equal(body([value]), "too_large");
  assert.notEqual(body(["a".repeat(LIMIT - 100)]), "too_large");
});

test("references are counted as often as they are written", () => {
  /** @type {any[]} */
  let value = ["a"];
  for (let i = 0; i < 60; i++) value = [value, value];
  assert.equal(body([value]), "too_large");
});

test("options are measured before they are copied", () => {
  const options = new Proxy(Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 1])), {
    get: () => assert.fail("a field was read"),
  });
  assert.equal(body(["a", options], "text", 10_000_000), "too_many_values");
});

test("other requests run before the work on large arguments", async () => {
  const scope = new Scope(20_000);
  let ran = false;
  setTimeout(() => (ran = true));
  assert.ok((await read(scope, "text", 100_000, ["a".repeat(70_000)])) instanceof Uint8Array);
  assert.equal(ran, true);
  assert.ok(read(scope, "text", 100_000, ["a".repeat(60_000)]) instanceof Uint8Array);
  scope.close();
});

test("arguments reserve what they take, wait for memory, and are rejected if there is none in time", async () => {
  const scopes = [20_000, 20_000, 50].map((ms) => new Scope(ms));
  const [first, second, late] = scopes;
  const given = ["😀".repeat(900_000)];
  const read4 = (/** @type {Scope} */ scope) => read(scope, "text", 4_000_000, given);
  assert.ok((await read4(first)) instanceof Uint8Array);
  assert.ok(workMemory.used.large > 15_000_000);
  const [waiting, rejected] = [read4(second), read4(late)];
  assert.equal(await rejected, "busy");
  assert.ok(read(late, "text", 4_000_000, ["a"]) instanceof Uint8Array);
  first.close();
  assert.ok((await waiting) instanceof Uint8Array);
  for (const scope of scopes) scope.close();
  assert.equal(workMemory.used.large + workMemory.used.small, 0);
});
