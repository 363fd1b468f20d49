// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { enlarged, readInto } from "../../../src/bindings/isolate/streams.js";

/** A reader with the runtime's `readAtLeast`, and what it was asked for. */
function runtimeReader() {
  /** @type {number[]} */
  const asked = [];
  const reader = { readAtLeast: async (/** @type {number} */ least, /** @type {Uint8Array} */ value) => (asked.push(least), { done: false, value }) };
  return { asked, reader: /** @type {any} */ (reader) };
}

test("a step reads at least 16 KiB, unless the view or what is left is smaller", async () => {
  const { asked, reader } = runtimeReader();
  await readInto(reader, new Uint8Array(100_000));
  await readInto(reader, new Uint8Array(100));
  await readInto(reader, new Uint8Array(100_000), 7);
  assert.deepEqual(asked, [16_384, 100, 7]);
});

test("what is read stands in the buffer of the view, behind what was there", async () => {
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      controller.enqueue(new Uint8Array([3, 4]));
      controller.close();
    },
  });
  const reader = stream.getReader({ mode: "byob" });
  const first = await readInto(reader, new Uint8Array([1, 2, 0, 0, 0]).subarray(2));
  assert.deepEqual([first.done, [...new Uint8Array(first.value.buffer)]], [false, [1, 2, 3, 4, 0]]);
  const last = await readInto(reader, new Uint8Array(first.value.buffer).subarray(4));
  assert.deepEqual([last.done, [...new Uint8Array(last.value.buffer)]], [true, [1, 2, 3, 4, 0]]);
});

test("a larger buffer begins with the same bytes", () => {
  assert.deepEqual([...enlarged(new Uint8Array([1, 2]), 3)], [1, 2, 0]);
});
