// @ts-check
/** A request through the Durable Object and back: rows, faults, and an object that fails. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { InvalidAnswer } from "../../../src/bindings/numbers/answer.js";
import { open as openObject } from "../../../src/bindings/batcher/object.js";
import { open as openShards, shardOf, shared } from "../../../src/bindings/batcher/shared.js";
import { OUTCOME, request } from "../../../src/bindings/batcher/wire.js";
import { open as openScope } from "../../../src/bindings/requests/request.js";
import { answer, row } from "../samples.js";

const JSON_TYPE = { "content-type": "application/json" };
const MODEL = "model";
/** @type {import("../../../src/bindings/requests/request.js").Scope[]} */
const scopes = [];

afterEach(() => {
  for (const scope of scopes.splice(0)) scope.close();
});

/** A model whose row of a text depends on the text alone. @param {string[]} texts */
const right = (texts) => new Response(answer(texts.map((text) => row(Number(text)))), { headers: JSON_TYPE });

/**
 * Returns a function that embeds, and the calls of the model. @param {(texts: string[], options: any) => Response | Promise<Response>} [reply]
 * @param {(request: Request) => Promise<Response>} [fetch] instead of the object's
 */
function start(reply = right, fetch) {
  /** @type {{ texts: string[], options: any }[]} */
  const calls = [];
  const ai = /** @type {any} */ ({
    run: async (/** @type {string} */ model, /** @type {{ text: string[] }} */ { text }, /** @type {any} */ options) => {
      assert.equal(model, MODEL);
      calls.push({ texts: text, options });
      return reply(text, options);
    },
  });
  const object = openObject(ai, (status) => (status === 400 ? "halve" : status === 429 ? "again" : ""), 2, 1e6, 20_000);
  const names = /** @type {string[]} */ ([]);
  const getByName = (/** @type {string} */ name) => ({ fetch: fetch ?? ((/** @type {Request} */ request) => (names.push(name), object.fetch(request))) });
  const shards = openShards(/** @type {any} */ ({ getByName }), 3, 4, "weur");
  /** @param {string[]} texts @param {boolean} [alone] @param {Record<string, unknown>} [options] @param {number} [ms] */
  function embed(texts, alone = false, options = {}, ms = 20_000) {
    const scope = openScope(ms);
    scopes.push(scope);
    const { signal } = scope.controller;
    const all = { returnRawResponse: true, rejectIfBusy: false, signal, ...options };
    return { scope, response: shared(ai, shards, scope, alone).run(MODEL, { text: texts }, all) };
  }
  return { embed, calls, names, object };
}

test("rows arrive in the model's own digits, in order, and say what was cached", async () => {
  const { embed, calls, names } = start();
  const first = await embed(["1", "2"], false, { gateway: { id: "g" } }).response;
  assert.equal(await first.text(), answer([row(1), row(2)]));
  assert.equal(first.cached, 0);
  const second = await embed(["2", "3"], false, { gateway: { id: "g" } }).response;
  assert.equal(await second.text(), answer([row(2), row(3)]));
  assert.equal(second.cached, 1);
  assert.deepEqual(calls.map(({ texts }) => texts), [["1", "2"], ["3"]]);
  assert.deepEqual(calls[0].options.gateway, { id: "g" });
  assert.equal(calls[0].options.returnRawResponse, true);
  assert.ok(names.every((name) => /^weur[0-3]$/.test(name)));
});

test("a call has the label of its key, or is marked as shared; labels keep no requests apart", async () => {
  /** @type {(() => void)[]} */
  const ends = [];
  const { embed, calls } = start((texts) => new Promise((resolve) => ends.push(() => resolve(right(texts)))));
  /** @param {string} text @param {string} key */
  const ask = (text, key) => embed([text], false, { tags: [`key:${key}`], gateway: { id: "g", metadata: { key } } }).response;
  const asked = [ask("1", "a")];
  while (ends.length < 1) await setImmediate();
  assert.deepEqual([calls[0].options.tags, calls[0].options.gateway], [["key:a"], { id: "g", metadata: { key: "a" } }]);
  asked.push(ask("11", "a"), ask("12", "a"), ask("13", "b"));
  while (ends.length) {
    ends.splice(0).forEach((end) => end());
    for (let i = 0; i < 10; i++) await setImmediate();
  }
  await Promise.all(asked);
  const last = calls[calls.length - 1].options;
  assert.deepEqual([last.tags, last.gateway.metadata], [["shared"], { key: "shared" }]);
});

test("a request with more texts calls the model itself", async () => {
  const { embed, calls, names } = start();
  await embed(["1", "2", "3", "4"]).response;
  assert.deepEqual([calls.length, names.length], [1, 0]);
});

test("an error of the model arrives with its status and its body", async () => {
  const { embed } = start(() => new Response('{"errors":[{"code":5007}]}', { status: 418, headers: JSON_TYPE }));
  const response = await embed(["1"]).response;
  assert.deepEqual([response.status, await response.text()], [418, '{"errors":[{"code":5007}]}']);
});

test("an answer that is not JSON, an invalid one and a broken connection are the faults that they were", async () => {
  const html = await start(() => new Response("<html>", { headers: { "content-type": "text/html" } })).embed(["1"]).response;
  assert.deepEqual([html.status, html.headers.get("content-type") !== "application/json"], [200, true]);
  await assert.rejects(start(() => new Response("{}", { headers: JSON_TYPE })).embed(["1"]).response, InvalidAnswer);
  const broken = start(() => Promise.reject(new Error("reset")));
  await assert.rejects(broken.embed(["1"]).response, { fault: "broken" });
  assert.equal(broken.calls.length, 1); // the object did not fail
});

test("if the object fails, the request calls the model itself, once", async () => {
  for (const fetch of [async () => Promise.reject(new Error("restarted")), async () => new Response("error 1101", { status: 500 })]) {
    const { embed, calls } = start(right, fetch);
    assert.equal(await (await embed(["1"]).response).text(), answer([row(1)]));
    assert.deepEqual(calls.map(({ texts }) => texts), [["1"]]);
    assert.equal(calls[0].options.rejectIfBusy, false);
  }
});

test("an aborted request stops its call, and does not call the model itself", async () => {
  /** @type {AbortSignal[]} */
  const signals = [];
  const never = (/** @type {string[]} */ _, /** @type {any} */ { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const { embed, calls, object } = start(/** @type {any} */ (never));
  const { scope, response } = embed(["1"]);
  while (!signals.length) await setImmediate();
  scope.abort("disconnected");
  while (!signals[0].aborted) await setImmediate();
  assert.deepEqual([calls.length, object.gathering.places.size], [1, 0]);
  response.catch(() => {});
});

test("the object's own call ends when its request is aborted, so that nothing of it is kept", async () => {
  const { object } = start(/** @type {any} */ (() => new Promise(() => {})));
  const controller = new AbortController();
  const asked = { texts: ["1"], model: MODEL, options: {}, label: "", ms: 20_000, alone: false };
  const answered = object.fetch(request(asked, controller.signal));
  while (!object.gathering.running) await setImmediate();
  controller.abort();
  assert.equal((await answered).headers.get(OUTCOME), "broken");
  assert.equal(object.gathering.places.size, 0);
});

test("equal texts go to the same object, and texts spread over all", () => {
  const shards = Array.from({ length: 400 }, (_, i) => shardOf([`text ${i}`], 4));
  assert.deepEqual(shards, Array.from({ length: 400 }, (_, i) => shardOf([`text ${i}`], 4)));
  for (let shard = 0; shard < 4; shard++) {
    const share = shards.filter((each) => each === shard).length;
    assert.ok(share > 60 && share < 140, `${share} of 400`);
  }
  assert.notEqual(shardOf(["ab", "c"], 1 << 16), shardOf(["a", "bc"], 1 << 16));
});

test("if the object hangs, the request calls the model itself before its deadline", async () => {
  const hang = (/** @type {Request} */ { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  const { embed, calls } = start(right, /** @type {any} */ (hang));
  const { scope, response } = embed(["1"], false, {}, 200);
  assert.equal(await (await response).text(), answer([row(1)]));
  assert.deepEqual([calls.length, scope.reason], [1, undefined]);
});

test("an error with status 200 arrives as an error", async () => {
  const body = '{"errors":[{"code":4006}]}';
  const response = await start(() => new Response(body, { headers: JSON_TYPE })).embed(["1"]).response;
  assert.deepEqual([response.status, await response.text()], [502, body]);
});
