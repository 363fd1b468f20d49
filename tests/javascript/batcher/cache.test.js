// @ts-check
/** The cache of rows: least recently used, bounded in bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Cache } from "../../../src/bindings/batcher/cache.js";

const ROW = new Uint8Array(1_000);
const ENTRY = 1_000 + 2 + 256; // of a text with one letter

test("the least recently used rows make room", () => {
  const cache = new Cache(3 * ENTRY);
  for (const text of ["a", "b", "c"]) cache.set(text, ROW);
  assert.equal(cache.get("a"), ROW);
  cache.set("d", ROW);
  assert.deepEqual([...cache.rows.keys()], ["c", "a", "d"]);
  assert.equal(cache.bytes, 3 * ENTRY);
});

test("a row that is set again counts once", () => {
  const cache = new Cache(3 * ENTRY);
  for (let i = 0; i < 10; i++) cache.set("a", ROW);
  assert.equal(cache.bytes, ENTRY);
});

test("what is larger than the limit is not kept, and a limit of 0 keeps nothing", () => {
  const cache = new Cache(ENTRY);
  cache.set("a", ROW);
  cache.set("a longer text", ROW);
  assert.deepEqual([...cache.rows.keys()], ["a"]);
  const off = new Cache(0);
  off.set("a", ROW);
  assert.equal(off.get("a"), undefined);
});
