// @ts-check
/** Batches of the queue: what Python reads of a message, how much at a time, and that none is left unsettled. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_DEPTH } from "../../../src/bindings/isolate/limits.js";
import { isBatch, open, send } from "../../../src/bindings/requests/queues.js";
import { Scope } from "../../../src/bindings/requests/request.js";
import { workMemory } from "../../../src/bindings/isolate/memory.js";

/** As the runtime's own batch: the methods are inherited. */
class RuntimeBatch {
  /** @param {unknown[]} bodies */
  constructor(...bodies) {
    this.queue = "q";
    /** @type {string[]} */
    this.done = [];
    this.messages = bodies.map((body, i) => ({
      body,
      attempts: i + 1,
      ack: () => this.done.push(`ack ${i}`),
      retry: (/** @type {any} */ { delaySeconds }) => this.done.push(`retry ${i} after ${delaySeconds}`),
    }));
  }
  retryAll() {}
}

/** @param {unknown[]} bodies */
async function read(...bodies) {
  const scope = new Scope(20_000);
  const found = JSON.parse(await open(/** @type {any} */ (new RuntimeBatch(...bodies))).read(scope));
  scope.close();
  return found;
}

test("a message is its text, and an object its JSON", async () => {
  const found = await read('{"a":1}', { a: 1 }, [1], 7);
  assert.deepEqual(found[0], { position: 0, attempts: 1, body: '{"a":1}' });
  assert.deepEqual(
    found.map((/** @type {any} */ message) => message.body),
    ['{"a":1}', '{"a":1}', "[1]", "7"],
  );
});

test("what Python could not decode is marked", async () => {
  /** @type {any} */
  const cyclic = {};
  cyclic.self = cyclic;
  const deep = "[".repeat(MAX_DEPTH + 1);
  const faults = (await read(undefined, 1n, cyclic, deep, "\ud800")).map((/** @type {any} */ message) => message.fault);
  assert.deepEqual(faults, ["not_text", "not_text", "too_deep", "too_deep", undefined]);
  assert.equal((await read("\ud800"))[0].body, "\ufffd");
  assert.equal((await read(`${deep}\ud800`))[0].body, `${deep}\ufffd`); // Python decodes the whole batch, or nothing of it
});

test("large messages are read in parts, each of them once, and reserve what they take", async () => {
  const batch = open(/** @type {any} */ (new RuntimeBatch(...Array(100).fill("x".repeat(128_000)))));
  /** @type {number[]} */
  const parts = [];
  /** @type {number[]} */
  const held = [];
  const scope = new Scope(20_000);
  for (let part; (part = JSON.parse(await batch.read(scope))).length; parts.push(part.length)) held.push(workMemory.used.large);
  assert.deepEqual(parts, [17, 17, 17, 17, 17, 15]);
  assert.ok(Math.min(...held.slice(0, 5)) > 4_000_000 && Math.max(...held) < 20_000_000, String(held));
  scope.close();
  assert.equal(workMemory.used.large, 0);
});

test("a message that is small as an object and huge as JSON is not written", async () => {
  /** @type {any[]} */
  let doubled = ["a"];
  for (let i = 0; i < 40; i++) doubled = [doubled, doubled];
  const shared = Array(5_000).fill("x".repeat(60_000));
  const found = await read(Array(1e8), doubled, shared, "😀".repeat(200_000), { a: [{}] }, [NaN]);
  assert.deepEqual(found.map((/** @type {any} */ { fault }) => fault), ["too_large", "too_many_values", "too_large", "too_large", undefined, "not_text"]);
  assert.ok(found.every((/** @type {any} */ { body }) => body.length <= 1_000 && body.isWellFormed()));
});

test("a message of signs that are longer in JSON counts as it is written", async () => {
  const batch = open(/** @type {any} */ (new RuntimeBatch("😀", ...Array(99).fill("\u0001".repeat(128_000)))));
  const scope = new Scope(20_000);
  for (let json; (json = await batch.read(scope)) !== "[]"; ) assert.ok(json.length < 3_000_000, String(json.length));
  scope.close();
});

test("of more messages than Queues delivers, a part is read at a time, and the runtime makes their list once", async () => {
  let made = 0;
  const given = new RuntimeBatch();
  const messages = new RuntimeBatch(...Array(250).fill("a")).messages;
  Object.defineProperty(given, "messages", { get: () => (made++, messages) });
  const batch = open(/** @type {any} */ (given));
  const scope = new Scope(20_000);
  const parts = [];
  for (let part; (part = JSON.parse(await batch.read(scope))).length; ) parts.push(part.length);
  assert.deepEqual(parts, [100, 100, 50]);
  assert.equal(made, 1);
  scope.close();
});

test("requests run between large messages, and before Python's work on them", async () => {
  const scope = new Scope(20_000);
  let yields = 0;
  const yieldToOthers = scope.yieldToOthers.bind(scope);
  scope.yieldToOthers = () => (yields++, yieldToOthers());
  const batch = open(/** @type {any} */ (new RuntimeBatch(...Array(9).fill("x".repeat(120_000)), "y")));
  await batch.read(scope);
  assert.equal(yields, 3 + 1);
  scope.close();
});

test("a batch that finds no memory in time is not read", async () => {
  const [other, scope] = [new Scope(20_000), new Scope(50)];
  assert.ok(workMemory.take(other, 30_000_000, false));
  const given = new RuntimeBatch(...Array(40).fill("x".repeat(128_000)));
  const batch = open(/** @type {any} */ (given));
  assert.equal(await batch.read(scope), "");
  assert.equal(batch.retryRest(5), 40);
  for (const each of [other, scope]) each.close();
});

test("what is not settled is retried in the end", () => {
  const given = new RuntimeBatch("a", "b", "c", "d");
  const batch = open(/** @type {any} */ (given));
  batch.acknowledge("[1]");
  batch.retry("[3]", 7);
  assert.equal(batch.retryRest(9), 2);
  assert.deepEqual(given.done, ["ack 1", "retry 3 after 7", "retry 0 after 9", "retry 2 after 9"]);
  assert.equal(batch.retryRest(9), 0);
});

test("only an object that inherits the methods of a batch is one", () => {
  assert.equal(isBatch(new RuntimeBatch()), true);
  const others = [undefined, null, 1, "q", [], {}, { retryAll() {} }, () => 1, new Map(), Object.create(null), new Error()];
  assert.deepEqual(others.filter(isBatch), []);
});

test("messages are sent as text, in one call, and a failure is told", async () => {
  /** @type {unknown[]} */
  const calls = [];
  const queue = /** @type {any} */ ({ sendBatch: async (/** @type {unknown} */ batch) => calls.push(batch) });
  const scope = new Scope(1000);
  assert.deepEqual(await send(scope, queue, '["a","b"]'), { fault: "", text: "" });
  assert.deepEqual(calls, [
    [
      { body: "a", contentType: "text" },
      { body: "b", contentType: "text" },
    ],
  ]);
  const full = /** @type {any} */ ({ sendBatch: async () => Promise.reject(new Error("Too Many Requests")) });
  assert.deepEqual(await send(scope, full, '["a"]'), { fault: "failed", text: "Error: Too Many Requests" });
  scope.abort("timeout");
  assert.equal((await send(scope, queue, '["a"]')).fault, "timeout");
  assert.equal(calls.length, 1);
});

test("a message that can't be settled stays unsettled, and the others are settled all the same", () => {
  const runtime = new RuntimeBatch("a", "b", "c", "d");
  const fail = () => { throw new Error("no"); };
  runtime.messages[1].ack = runtime.messages[2].retry = fail;
  const batch = open(/** @type {any} */ (runtime));
  assert.throws(() => batch.acknowledge("[0,1]"));
  assert.throws(() => batch.retry("[2]", 5));
  assert.deepEqual([...batch.unsettled], [1, 2, 3]);
  assert.throws(() => batch.retryRest(7)); // Queues then delivers again what was not acknowledged
  assert.deepEqual(runtime.done, ["ack 0", "retry 1 after 7"]);
});

test("a queue that throws anything has failed, with a short text", async () => {
  for (const thrown of [undefined, null, Object.create(null), new Error("\ud800" + "x".repeat(1e6))]) {
    const scope = new Scope(20_000);
    const { fault, text } = await send(scope, /** @type {any} */ ({ sendBatch: () => { throw thrown; } }), '["a"]');
    scope.close();
    assert.equal(fault, "failed");
    assert.ok(text.length <= 1_000 && text.isWellFormed());
  }
});

test("a message whose deliveries were not counted is delivered for the first time", async () => {
  const runtime = new RuntimeBatch("a", "b", "c", "d", "e");
  [undefined, 0, -3, NaN, 2.5].forEach((attempts, i) => Object.assign(runtime.messages[i], { attempts }));
  const scope = new Scope(20_000);
  const found = JSON.parse(await open(/** @type {any} */ (runtime)).read(scope));
  scope.close();
  assert.deepEqual(found.map((/** @type {any} */ { attempts }) => attempts), [1, 1, 1, 1, 2]);
});
