// @ts-check
/** Large bodies in progress: together no larger than one may be. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { Scope, open, readBytes } from "../../src/bindings/request.js";
import { enter, mayKeep } from "../../src/bindings/room.js";

const LIMIT = 1_000_000;
/** @type {Scope[]} */
const opened = [];

/** Starts a request with a deadline in `ms`, and asks for room. @param {number} size @param {number} [ms] */
function ask(size, ms = 10_000) {
  const scope = open(ms);
  opened.push(scope);
  /** @type {{ scope: Scope, entered?: boolean, done: Promise<boolean> }} */
  const asked = { scope, done: enter(scope, size, LIMIT) };
  asked.done.then((entered) => (asked.entered = entered));
  return asked;
}

/** Returns a body that does not end. @param {number} size */
function stalling(size) {
  return new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(size)) });
}

afterEach(() => {
  for (const scope of opened.splice(0)) scope.close();
});

test("large bodies wait until there is room, in order, and small ones never wait", async () => {
  const first = ask(LIMIT);
  assert.equal(await first.done, true);
  const second = ask(LIMIT * 0.7);
  const third = ask(LIMIT * 0.2);
  assert.equal(await ask(60_000).done, true);
  assert.deepEqual([second.entered, third.entered], [undefined, undefined]);
  first.scope.close();
  assert.deepEqual([await second.done, await third.done], [true, true]);
  const fourth = ask(LIMIT * 0.5);
  const fifth = ask(LIMIT * 0.1); // it would fit, but the fourth came first
  third.scope.close();
  await setImmediate();
  assert.deepEqual([fourth.entered, fifth.entered], [undefined, undefined]);
  second.scope.abort("failed");
  assert.deepEqual([await fourth.done, await fifth.done], [true, true]);
});

test("of large bodies that are being read or wait, eight are kept, and of small ones any number", async () => {
  const first = ask(LIMIT);
  await first.done;
  const scopes = Array.from({ length: 9 }, () => open(10_000));
  opened.push(...scopes);
  const kept = scopes.map((scope) => mayKeep(scope, LIMIT * 0.5, LIMIT) && mayKeep(scope, LIMIT, LIMIT));
  assert.deepEqual(kept, [...new Array(8).fill(true), false]);
  assert.equal(mayKeep(open(10), 60_000, LIMIT), true);
  const waiting = enter(scopes[0], LIMIT, LIMIT);
  assert.equal(mayKeep(scopes[8], LIMIT, LIMIT), false);
  first.scope.close();
  assert.equal(await waiting, true); // Python has it
  assert.equal(mayKeep(scopes[8], LIMIT, LIMIT), true);
  scopes[1].abort("disconnected");
  assert.equal(mayKeep(first.scope, LIMIT, LIMIT), true);
});

test("a body for which there is no room is read to its end, and dropped", async () => {
  /** @param {number} size @param {boolean} ends */
  const read = (size, ends) => {
    const body = ends ? new Uint8Array(size) : stalling(size);
    const init = /** @type {RequestInit} */ ({ method: "POST", body, duplex: "half" });
    const scope = open(10_000, new Request("http://x", init));
    opened.push(scope);
    return readBytes(scope, LIMIT);
  };
  const stalled = Array.from({ length: 8 }, () => read(LIMIT - 1, false));
  await setImmediate();
  assert.equal(await read(LIMIT, true), "busy");
  assert.equal(/** @type {Uint8Array} */ (await read(60_000, true)).length, 60_000);
  assert.equal(await read(LIMIT + 1, true), "too_large");
  opened.forEach((scope) => scope.abort("disconnected"));
  assert.deepEqual(await Promise.all(stalled), new Array(8).fill("disconnected"));
  assert.equal(/** @type {Uint8Array} */ (await read(LIMIT, true)).length, LIMIT);
});

test("a request that ends while it waits gets no room, and makes place for the next", async () => {
  const first = ask(LIMIT);
  await first.done;
  const [disconnected, late, next] = [ask(LIMIT), ask(LIMIT, 30), ask(LIMIT)];
  disconnected.scope.abort("disconnected");
  assert.deepEqual([await disconnected.done, await late.done], [false, false]);
  assert.deepEqual([disconnected.scope.reason, late.scope.reason], ["disconnected", "timeout"]);
  first.scope.close();
  assert.equal(await next.done, true);
});

test("a request that the runtime dropped gives its room back after its deadline", async (context) => {
  const dropped = ask(LIMIT);
  await dropped.done;
  dropped.scope.abort = () => {}; // its timer does not fire
  const waiting = ask(LIMIT);
  waiting.scope.isOver = () => true; // dropped as well, while it waited
  const next = ask(LIMIT, 60_000);
  await setImmediate();
  assert.equal(next.entered, undefined);
  const now = Date.now();
  context.mock.method(Date, "now", () => now + 12_001);
  assert.equal(await next.done, true);
});
