// @ts-check
/** Large bodies in progress: together no larger than one may be. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { Scope, open } from "../../src/bindings/request.js";
import { enter } from "../../src/bindings/room.js";

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
