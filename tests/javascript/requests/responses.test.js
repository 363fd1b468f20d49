// @ts-check
/** Answers on their way to a client: what leaves at once, what is made on demand, and what ends a stream. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { send, sendText } from "../../../src/bindings/requests/responses.js";
import { open } from "../../../src/bindings/requests/request.js";
import { answerMemory, workMemory } from "../../../src/bindings/isolate/memory.js";
import { bytes } from "../samples.js";

const LARGE = 70_000;

/** @param {any} made */
const stream = (made) => /** @type {ReadableStream<Uint8Array>} */ (made);

/** Yields parts, and counts them in `made`. @param {number[]} sizes @param {{ made: number }} counter */
function* parts(sizes, counter) {
  for (const size of sizes) {
    counter.made += 1;
    yield new Uint8Array(size).fill(counter.made);
  }
}

/** @param {(scope: import("../../../src/bindings/requests/request.js").Scope) => Promise<void> | void} body */
async function scoped(body) {
  const scope = open(20_000);
  try {
    await body(scope);
  } finally {
    scope.close();
  }
}

test("a small answer of one part leaves as it is", () => scoped((scope) => {
  const part = bytes("{}");
  assert.equal(send(scope, [part].values()), part);
  assert.deepEqual(send(scope, [].values()), new Uint8Array(0));
}));

for (const sizes of [[LARGE], [10, 10], [LARGE, 20, LARGE]]) {
  test(`parts of ${sizes} bytes are streamed whole and in order`, () => scoped(async (scope) => {
    const counter = { made: 0 };
    const read = [];
    for await (const part of stream(send(scope, parts(sizes, counter)))) read.push(...part); // it is reused afterwards
    assert.equal(counter.made, sizes.length);
    const expected = sizes.flatMap((size, number) => Array(size).fill(number + 1));
    assert.ok(Buffer.from(read).equals(Buffer.from(expected)));
  }));
}

test("a part is made when the client has taken the one before it", () => scoped(async (scope) => {
  const counter = { made: 0 };
  const reader = stream(send(scope, parts([LARGE, LARGE, LARGE], counter))).getReader();
  assert.equal(counter.made, 1);
  await reader.read();
  assert.equal(counter.made, 1);
  await reader.read();
  assert.equal(counter.made, 2);
  await reader.cancel();
}));

test("a client that goes gives its memory back, and no further part is made", () => scoped(async (scope) => {
  const counter = { made: 0 };
  const release = mock.method(answerMemory, "release");
  await stream(send(scope, parts([LARGE, LARGE], counter))).cancel();
  assert.deepEqual([release.mock.callCount(), counter.made], [1, 1]);
  release.mock.restore();
}));

test("a client that reads nothing loses its answer, and its memory is released", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const release = mock.method(answerMemory, "release");
  try {
    const reader = stream(send(open(20_000), parts([LARGE, LARGE], { made: 0 }))).getReader();
    for (let ms = 0; ms < 5_000; ms += 500) mock.timers.tick(500);
    await assert.rejects(reader.read(), /The client reads too slowly/);
    assert.equal(release.mock.callCount(), 1);
  } finally {
    release.mock.restore();
    mock.timers.reset();
  }
});

test("a large text, as of a request that is quoted, keeps its memory until the client has it", async () => {
  for (const answer of [
    (/** @type {any} */ scope) => sendText(scope, "é".repeat(LARGE)),
    (/** @type {any} */ scope) => send(scope, parts([2 * LARGE, 20], { made: 0 }), 2 * LARGE),
  ]) {
    const scope = open(20_000);
    await workMemory.reserve(scope, 9 * LARGE, false);
    const reader = stream(answer(scope)).getReader();
    scope.close();
    assert.equal(workMemory.used.large, 2 * LARGE);
    assert.equal((await reader.read()).value?.length, 2 * LARGE);
    assert.equal(workMemory.used.large, 2 * LARGE);
    while (!(await reader.read()).done);
    assert.equal(workMemory.used.large, 0);
  }
});

test("a small text leaves as it is, and releases the memory of its request", () => scoped((scope) => {
  assert.ok(workMemory.take(scope, 9 * LARGE, false));
  assert.equal(sendText(scope, "{}"), "{}");
  for (const none of [null, undefined]) assert.equal(sendText(scope, none), null); // Python's None is undefined
  assert.ok(send(scope, parts([LARGE, 20], { made: 0 }), 30) instanceof ReadableStream);
  scope.close();
  assert.equal(workMemory.used.large, 0);
}));
