// @ts-check
/** The memory of an isolate: requests reserve it, wait for it, and give it back. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { open } from "../../../src/bindings/requests/request.js";
import { MemoryPool, bodyMemory, releaseAll, workMemory } from "../../../src/bindings/isolate/memory.js";

/** @typedef {import("../../../src/bindings/requests/request.js").Scope} Scope */

const SIZE = 1_000_000;
const KEPT = 200_000;
/** @type {Scope[]} */
const opened = [];

/** @param {number} [ms] until the deadline @param {string} [caller] */
function scopeOf(ms = 20_000, caller) {
  const scope = open(ms);
  scope.caller = caller;
  opened.push(scope);
  return scope;
}

/** Asks for memory of a pool. @param {MemoryPool} pool @param {number} bytes @param {boolean} small @param {Scope} [scope] */
function ask(pool, bytes, small, scope = scopeOf()) {
  /** @type {{ scope: Scope, entered?: boolean, done: Promise<boolean> }} */
  const asked = { scope, done: pool.reserve(scope, bytes, small) };
  asked.done.then((entered) => (asked.entered = entered));
  return asked;
}

const newPool = () => new MemoryPool(() => SIZE, KEPT);

afterEach(() => {
  for (const scope of opened.splice(0)) scope.close();
});

test("large requests wait until there is memory, in order, and small ones have a share of their own", async () => {
  const pool = newPool();
  const first = ask(pool, 800_000, false);
  assert.equal(await first.done, true);
  const second = ask(pool, 600_000, false);
  const third = ask(pool, 100_000, false);
  const few = [ask(pool, 100_000, true), ask(pool, 100_000, true), ask(pool, 100_000, true)];
  await setImmediate();
  assert.deepEqual([second, third, ...few].map((each) => each.entered), [undefined, undefined, true, true, undefined]);
  pool.release(first.scope);
  assert.deepEqual([await second.done, await third.done], [true, true]);
  pool.release(second.scope);
  assert.equal(await few[2].done, true);
});

test("who waits enters as soon as something is released, or shrinks", async () => {
  const pool = newPool();
  const first = ask(pool, 800_000, false);
  const [second, third] = [ask(pool, 600_000, false), ask(pool, 200_000, false)];
  await setImmediate();
  assert.deepEqual([second.entered, third.entered], [undefined, undefined]);
  pool.shrink(first.scope, 700_000);
  await setImmediate();
  assert.deepEqual([second.entered, third.entered], [true, undefined]);
  pool.release(second.scope);
  await setImmediate();
  assert.equal(third.entered, true);
  assert.equal(pool.waking.size, 0);
});

test("small requests use the whole pool while no large one waits, and one that is larger than the pool gets in alone", async () => {
  const pool = newPool();
  const few = Array.from({ length: 10 }, () => ask(pool, 100_000, true));
  assert.deepEqual(await Promise.all(few.map(({ done }) => done)), new Array(10).fill(true));
  const huge = ask(pool, 5 * SIZE, false);
  await setImmediate();
  assert.equal(huge.entered, undefined);
  few.slice(2).forEach(({ scope }) => pool.release(scope));
  assert.equal(await huge.done, true);
  assert.equal(pool.take(scopeOf(), 1, false), false);
  pool.release(huge.scope);
  few.forEach(({ scope }) => pool.release(scope));
  assert.deepEqual(pool.used, { small: 0, large: 0 });
});

test("one caller takes at most half of a pool, and does not delay others", async () => {
  const pool = newPool();
  const mine = [1, 2, 3].map(() => ask(pool, 250_000, false, scopeOf(20_000, "me")));
  await setImmediate();
  const other = ask(pool, 250_000, false, scopeOf(20_000, "other"));
  assert.equal(await other.done, true);
  assert.deepEqual(mine.map(({ entered }) => entered), [true, true, undefined]);
  pool.release(mine[0].scope);
  assert.equal(await mine[2].done, true);
});

test("a request gives up before its deadline, at once in a long line, and when it ends", async () => {
  const pool = newPool();
  await ask(pool, SIZE, false).done;
  const [late, gone] = [ask(pool, SIZE, false, scopeOf(200)), ask(pool, SIZE, false)];
  gone.scope.abort("disconnected");
  assert.deepEqual([await late.done, await gone.done], [false, false]);
  assert.equal(late.scope.reason, undefined);
  const line = Array.from({ length: 100 }, () => ask(pool, SIZE, false));
  assert.equal(await pool.reserve(scopeOf(), SIZE, false), false);
  line.forEach(({ scope }) => scope.abort("failed"));
  assert.deepEqual(new Set(await Promise.all(line.map(({ done }) => done))), new Set([false]));
});

test("one caller does not fill the line", async () => {
  const pool = newPool();
  await ask(pool, SIZE, false).done;
  const mine = Array.from({ length: 100 }, () => ask(pool, SIZE, false, scopeOf(20_000, "me")));
  const others = [1, 2, 3].map((number) => ask(pool, SIZE, false, scopeOf(20_000, `other ${number}`)));
  assert.deepEqual(await Promise.all(mine.slice(97).map(({ done }) => done)), [false, false, false]);
  assert.equal(await pool.reserve(scopeOf(20_000, "me"), SIZE, false), false);
  await setImmediate();
  assert.deepEqual([mine[96], ...others].map(({ entered }) => entered), [undefined, undefined, undefined, undefined]);
});

test("who waits takes turns by caller, so that one with many requests does not delay others", async () => {
  const pool = newPool();
  let last = ask(pool, SIZE, false);
  await last.done;
  const mine = Array.from({ length: 5 }, () => ask(pool, SIZE, false, scopeOf(20_000, "me")));
  const others = ["a", "b", "a"].map((caller) => ask(pool, SIZE, false, scopeOf(20_000, caller)));
  const all = [...mine, ...others];
  /** @type {ReturnType<typeof ask>[]} */
  const order = [];
  while (order.length < all.length) {
    pool.release(last.scope);
    await setImmediate();
    last = /** @type {any} */ (all.find((asked) => asked.entered && !order.includes(asked)));
    order.push(last);
  }
  assert.deepEqual(order.map((asked) => all.indexOf(asked)), [0, 5, 6, 1, 7, 2, 3, 4]);
});

test("one that needs more keeps what it has in the meantime for nobody", async () => {
  const pool = newPool();
  const [mine, other] = [ask(pool, 100_000, true), ask(pool, 800_000, false)];
  assert.equal(await pool.reserveMore(mine.scope, 50_000), true);
  assert.deepEqual(pool.used, { small: 150_000, large: 800_000 });
  const more = pool.reserveMore(mine.scope, 300_000);
  await setImmediate();
  assert.deepEqual(pool.used, { small: 0, large: 800_000 });
  pool.release(other.scope);
  assert.equal(await more, true);
  assert.deepEqual(pool.used, { small: 0, large: 450_000 });
});

test("a request that the runtime dropped gives its memory back after its deadline", async (context) => {
  const pool = newPool();
  const dropped = ask(pool, SIZE, false);
  await dropped.done;
  dropped.scope.abort = () => {}; // its timer does not fire
  const waiting = ask(pool, SIZE, false);
  waiting.scope.isOver = () => true; // dropped as well, while it waited
  const next = ask(pool, SIZE, false, scopeOf(120_000));
  await setImmediate();
  assert.equal(next.entered, undefined);
  const now = Date.now();
  context.mock.method(Date, "now", () => now + 22_001);
  assert.equal(await next.done, true);
});

test("what is reserved is replaced, transferred, and released in parts", async () => {
  const pool = newPool();
  const scope = scopeOf();
  await pool.reserve(scope, 600_000, false);
  assert.equal(await pool.reserve(scope, 400_000, false), true);
  const heir = { isOver: () => false };
  pool.transfer(scope, heir);
  pool.release(scope);
  pool.shrink(heir, 300_000);
  assert.equal(pool.used.large, 100_000);
  pool.shrink(heir, 900_000);
  assert.equal(pool.used.large, 0);
});

test("a request that ends leaves every pool", async () => {
  const scope = scopeOf();
  await bodyMemory.reserve(scope, 1000);
  await workMemory.reserve(scope, 1000);
  scope.abort("failed");
  releaseAll(scope);
  assert.deepEqual([bodyMemory.used.small, workMemory.used.small], [0, 0]);
});
