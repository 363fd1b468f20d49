// @ts-check
/** One request: its head, its deadline, its end and its response. */
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { GRACE_MS, admits, open, respond } from "../../../src/bindings/requests/request.js";
import { answerMemory, workMemory } from "../../../src/bindings/isolate/memory.js";

/** @type {import("../../../src/bindings/requests/request.js").Scope[]} */
const opened = [];

/** @param {number} [ms] @param {Request} [request] */
function start(ms = 20_000, request) {
  const scope = open(ms, request);
  opened.push(scope);
  return scope;
}

afterEach(() => opened.splice(0).forEach((scope) => scope.close()));

/** @param {string} path @param {RequestInit} [options] */
const head = (path, options) => JSON.parse(start(20_000, new Request(`https://e.example${path}`, options)).head);

const SENT = {
  "content-type": "application/json",
  "x-api-key": "k",
  "cf-aig-gateway-id": "mine",
  "access-control-request-method": "POST",
  "access-control-request-private-network": "true",
  "x-other": "1",
};

test("the head has the headers that the core reads, and an id of its own", () => {
  const { method, url, headers, id } = head("/embed?a=b", { method: "POST", headers: SENT });
  assert.deepEqual([method, url], ["POST", "https://e.example/embed?a=b"]);
  assert.deepEqual(headers, { "content-type": "application/json", "x-api-key": "k" });
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.notEqual(head("/embed").id, head("/embed").id);
});

test("Cloudflare's REST API, encoded or not, and preflight requests have headers more", () => {
  for (const path of ["/client/v4/accounts/a/ai/run/m", "/%63lient/v4/x"]) {
    assert.equal(head(path, { headers: SENT }).headers["cf-aig-gateway-id"], "mine");
  }
  const asked = head("/embed", { method: "OPTIONS", headers: SENT }).headers;
  assert.equal(asked["access-control-request-method"], "POST");
  assert.equal(asked["access-control-request-private-network"], "true");
});

test("the deadline ends what waits, and can be moved", async () => {
  const scope = start(60_000);
  const before = Date.now();
  assert.ok(scope.extend(1) <= Date.now() + 1 && scope.ends >= before);
  await assert.rejects(scope.within(new Promise(() => {})), /timeout/);
  assert.deepEqual([scope.reason, scope.controller.signal.aborted, scope.isOver()], ["timeout", true, true]);
  assert.throws(() => scope.check(), /timeout/);
});

test("a client that goes ends the request, and the first reason stays", async () => {
  const client = new AbortController();
  const scope = start(20_000, new Request("https://e.example/", { signal: client.signal }));
  const work = assert.rejects(scope.within(new Promise(() => {})), /disconnected/);
  client.abort();
  await work;
  scope.abort("timeout");
  assert.equal(scope.reason, "disconnected");
});

test("work that settles first is returned, and a sleep ends with the request without an error", async () => {
  const scope = start();
  assert.equal(await scope.within(Promise.resolve(5)), 5);
  await assert.rejects(scope.within(Promise.reject(new Error("own"))), /own/);
  mock.timers.enable({ apis: ["setTimeout"] }); // nothing wakes it
  const sleeping = scope.sleep(1);
  mock.timers.reset();
  scope.abort("timeout");
  await sleeping;
});

test("other requests run between all parts of a request, also if these wait at the same time", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const scope = start();
  const done = [];
  for (const name of ["a", "b", "c"]) scope.yieldToOthers().then(() => done.push(name));
  for (const count of [1, 2, 3]) {
    mock.timers.tick(1);
    await setImmediate();
    assert.equal(done.length, count);
  }
  mock.timers.reset();
});

test("a request is over when it was answered, or some time after its deadline, as if the runtime had dropped it", () => {
  const scope = start();
  assert.equal(scope.isOver(), false);
  scope.ends = Date.now() - GRACE_MS + 1_000;
  assert.equal(scope.isOver(), false);
  scope.ends = Date.now() - GRACE_MS - 1;
  assert.equal(scope.isOver(), true);
  const other = start();
  other.close();
  assert.equal(other.isOver(), true);
});

test("a request may release its memory before it ends, and keep that of its answers", () => {
  for (const [keep, left] of /** @type {[boolean, number][]} */ ([[true, 1000], [false, 0]])) {
    const scope = start();
    assert.ok(workMemory.take(scope, 500, true) && answerMemory.take(scope, 1000, true));
    scope.finishWork(keep);
    assert.deepEqual([workMemory.used.small, answerMemory.used.small], [0, left]);
    scope.close();
  }
});

test("a response with a large text is streamed", async () => {
  const text = "é".repeat(70_000);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (respond(start(), 200, "{}", text).body).getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), text);
  assert.equal((await reader.read()).done, true);
});

test("the limiter is asked within the deadline", async () => {
  const limiter = { limit: async (/** @type {{ key: string }} */ { key }) => ({ success: key === "a" }) };
  const asked = async (/** @type {string} */ key) => (await admits(start(), /** @type {any} */ (limiter), key)).found;
  assert.deepEqual([await asked("a"), await asked("b")], ["admitted", "limited"]);
  const hanging = /** @type {any} */ ({ limit: () => new Promise(() => {}) });
  assert.equal((await admits(start(1), hanging, "a")).found, "timeout");
});

test("a limiter that throws, or answers something else, admits nobody", async () => {
  const strange = [undefined, null, {}, { success: "no" }, { success: 1 }, { success: null }, "true", true];
  for (const result of strange) {
    const { found, text } = await admits(start(), /** @type {any} */ ({ limit: async () => result }), "a");
    assert.equal(found, "failed");
    assert.ok(text);
  }
  for (const thrown of [undefined, "text", Object.create(null), new Error("x".repeat(1e6))]) {
    const limit = () => { throw thrown; };
    const { found, text } = await admits(start(), /** @type {any} */ ({ limit }), "a");
    assert.equal(found, "failed");
    assert.ok(text.length <= 1_000);
  }
  assert.equal((await admits(start(), /** @type {any} */ ("text"), "a")).found, "failed");
});

test("a response has its text, or its numbers between two texts, and closes the request", async () => {
  const scope = start();
  const response = respond(scope, 202, '{"x-a":"1"}', "{}");
  assert.deepEqual([response.status, response.headers.get("x-a"), await response.text()], [202, "1", "{}"]);
  assert.equal(scope.answered, true);
  const numbers = { *parts(/** @type {string} */ first, /** @type {string} */ item, /** @type {string} */ last) {
    yield new TextEncoder().encode(`${first}${item.replace("@", "[1]")}${last}`);
  } };
  assert.equal(await respond(start(), 200, "{}", '{"data":[', numbers, "<@>", "]}").text(), '{"data":[<[1]>]}');
  assert.equal(await respond(start(), 204, "{}", null).text(), "");
});

test("an answer that can't be written keeps no memory", async () => {
  const scope = start();
  assert.ok(answerMemory.take(scope, 1_000_000, false));
  const numbers = { *parts() { throw new Error("no"); } };
  assert.throws(() => respond(scope, 200, "{}", "{}", /** @type {any} */ (numbers)));
  assert.equal(answerMemory.used.large, 0);
});
