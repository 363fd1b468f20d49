// @ts-check
/** The memory of an isolate: requests reserve it, wait for it, and give it back. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { open } from "../../src/bindings/request.js";
import { Part, arriving, leave, working } from "../../src/bindings/room.js";

/** @typedef {import("../../src/bindings/request.js").Scope} Scope */

const ROOM = 1_000_000;
const SPARED = 200_000;
/** @type {Scope[]} */
const opened = [];

/** @param {number} [ms] until the deadline @param {string} [caller] */
function scopeOf(ms = 20_000, caller) {
  const scope = open(ms);
  scope.caller = caller;
  opened.push(scope);
  return scope;
}

/** Asks for room in a part. @param {Part} part @param {number} bytes @param {boolean} small @param {Scope} [scope] */
function ask(part, bytes, small, scope = scopeOf()) {
  /** @type {{ scope: Scope, entered?: boolean, done: Promise<boolean> }} */
  const asked = { scope, done: part.reserve(scope, bytes, small) };
  asked.done.then((entered) => (asked.entered = entered));
  return asked;
}

const newPart = () => new Part(() => ROOM, SPARED);

afterEach(() => {
  for (const scope of opened.splice(0)) scope.close();
});

test("large requests wait until there is room, in order, and small ones have a share of their own", async () => {
  const part = newPart();
  const first = ask(part, 800_000, false);
  assert.equal(await first.done, true);
  const second = ask(part, 600_000, false);
  const third = ask(part, 100_000, false);
  const few = [ask(part, 100_000, true), ask(part, 100_000, true), ask(part, 100_000, true)];
  await setImmediate();
  assert.deepEqual([second, third, ...few].map((each) => each.entered), [undefined, undefined, true, true, undefined]);
  part.release(first.scope);
  assert.deepEqual([await second.done, await third.done], [true, true]);
  part.release(second.scope);
  assert.equal(await few[2].done, true);
});

test("who waits enters as soon as something is given back, or shrinks", async () => {
  const part = newPart();
  const first = ask(part, 800_000, false);
  const [second, third] = [ask(part, 600_000, false), ask(part, 200_000, false)];
  await setImmediate();
  assert.deepEqual([second.entered, third.entered], [undefined, undefined]);
  part.shrink(first.scope, 700_000);
  await setImmediate();
  assert.deepEqual([second.entered, third.entered], [true, undefined]);
  part.release(second.scope);
  await setImmediate();
  assert.equal(third.entered, true);
  assert.equal(part.waking.size, 0);
});

test("small requests use all the room while no large one waits, and one that is larger than the room gets in alone", async () => {
  const part = newPart();
  const few = Array.from({ length: 10 }, () => ask(part, 100_000, true));
  assert.deepEqual(await Promise.all(few.map(({ done }) => done)), new Array(10).fill(true));
  const huge = ask(part, 5 * ROOM, false);
  await setImmediate();
  assert.equal(huge.entered, undefined);
  few.slice(2).forEach(({ scope }) => part.release(scope));
  assert.equal(await huge.done, true);
  assert.equal(part.take(scopeOf(), 1, false), false);
  part.release(huge.scope);
  few.forEach(({ scope }) => part.release(scope));
  assert.deepEqual(part.used, { small: 0, large: 0 });
});

test("one caller takes at most half of the room, and does not delay others", async () => {
  const part = newPart();
  const mine = [1, 2, 3].map(() => ask(part, 250_000, false, scopeOf(20_000, "me")));
  await setImmediate();
  const other = ask(part, 250_000, false, scopeOf(20_000, "other"));
  assert.equal(await other.done, true);
  assert.deepEqual(mine.map(({ entered }) => entered), [true, true, undefined]);
  part.release(mine[0].scope);
  assert.equal(await mine[2].done, true);
});

test("a request gives up before its deadline, at once in a long line, and when it ends", async () => {
  const part = newPart();
  await ask(part, ROOM, false).done;
  const [late, gone] = [ask(part, ROOM, false, scopeOf(200)), ask(part, ROOM, false)];
  gone.scope.abort("disconnected");
  assert.deepEqual([await late.done, await gone.done], [false, false]);
  assert.equal(late.scope.reason, undefined);
  const line = Array.from({ length: 100 }, () => ask(part, ROOM, false));
  assert.equal(await part.reserve(scopeOf(), ROOM, false), false);
  line.forEach(({ scope }) => scope.abort("failed"));
  assert.deepEqual(new Set(await Promise.all(line.map(({ done }) => done))), new Set([false]));
});

test("a request that the runtime dropped gives its room back after its deadline", async (context) => {
  const part = newPart();
  const dropped = ask(part, ROOM, false);
  await dropped.done;
  dropped.scope.abort = () => {}; // its timer does not fire
  const waiting = ask(part, ROOM, false);
  waiting.scope.isOver = () => true; // dropped as well, while it waited
  const next = ask(part, ROOM, false, scopeOf(120_000));
  await setImmediate();
  assert.equal(next.entered, undefined);
  const now = Date.now();
  context.mock.method(Date, "now", () => now + 22_001);
  assert.equal(await next.done, true);
});

test("what is reserved is replaced, passed on, and given back in parts", async () => {
  const part = newPart();
  const scope = scopeOf();
  await part.reserve(scope, 600_000, false);
  assert.equal(await part.reserve(scope, 400_000, false), true);
  const heir = { isOver: () => false };
  part.pass(scope, heir);
  part.release(scope);
  part.shrink(heir, 300_000);
  assert.equal(part.used.large, 100_000);
  part.shrink(heir, 900_000);
  assert.equal(part.used.large, 0);
});

test("a request that ends leaves every part", async () => {
  const scope = scopeOf();
  await arriving.reserve(scope, 1000);
  await working.reserve(scope, 1000);
  scope.abort("failed");
  leave(scope);
  assert.deepEqual([arriving.used.small, working.used.small], [0, 0]);
});
