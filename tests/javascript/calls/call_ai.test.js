// @ts-check
/** What the model's binding gets: the options of each call are its own, also of calls that overlap. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ask, reserve, useGateway } from "../../../src/bindings/calls/call_ai.js";
import { answerMemory } from "../../../src/bindings/isolate/memory.js";
import { open } from "../../../src/bindings/requests/request.js";
import { answer, row } from "../samples.js";

/** Keeps the options of the last call, as the runtime's class does, and sends them when the call is made. */
class Binding {
  constructor() {
    /** @type {Record<string, any>} text -> what was sent */
    this.sent = {};
    /** @type {any} */
    this.last = null;
    /** @type {any[]} */
    this.seen = [];
  }

  /** @param {string} model @param {{ text: string[] }} inputs @param {any} options */
  async run(model, inputs, options) {
    this.last = options;
    this.seen.push(options);
    const { signal, ...plain } = options;
    assert.ok(signal);
    this.sent[inputs.text[0]] = JSON.parse(JSON.stringify(plain));
    await new Promise((done) => setTimeout(done, inputs.text[0].length));
    assert.equal(this.last.returnRawResponse, true);
    return new Response(answer([row()]), { headers: { "content-type": "application/json" } });
  }
}

const scope = {
  batch: "digits",
  controller: new AbortController(),
  check() {},
  /** @param {Promise<any>} promise */
  within: (promise) => promise,
};

/** @param {Binding} binding @param {string} text @param {string} [gateway] @param {string} [key] */
function send(binding, text, gateway, key, dimensions = 768, encoding = "float") {
  const inputs = JSON.stringify({ text: [text] });
  return ask(/** @type {any} */ (scope), /** @type {any} */ (binding), "m", inputs, 1, dimensions, encoding, true, gateway, key);
}

afterEach(() => useGateway("", 0, false));

test("without a gateway there is none, and a key is a tag", async () => {
  const binding = new Binding();
  for (const key of ["", undefined, "web"]) assert.equal((await send(binding, `a-${key}`, "", key)).fault, "");
  const always = { returnRawResponse: true, rejectIfBusy: true };
  assert.deepEqual(binding.sent, { "a-": always, "a-undefined": always, "a-web": { ...always, tags: ["key:web"] } });
});

test("a gateway logs nothing unless the operator wants it", async () => {
  const binding = new Binding();
  for (const log of [false, true]) {
    useGateway("own", 3600, log);
    await send(binding, `own-${log}`);
    await send(binding, `same-${log}`, "own");
    await send(binding, `other-${log}`, "other", "web");
    const own = { id: "own", collectLog: log, cacheTtl: 3600 };
    assert.deepEqual(binding.sent[`own-${log}`].gateway, own);
    assert.deepEqual(binding.sent[`same-${log}`].gateway, own);
    const other = { id: "other", collectLog: log, metadata: { key: "web" } };
    assert.deepEqual(binding.sent[`other-${log}`].gateway, other);
  }
  useGateway("", 0, false);
  await send(binding, "default", "default");
  assert.deepEqual(binding.sent.default.gateway, { id: "default", collectLog: false });
});

test("calls that overlap share no options", async () => {
  useGateway("own", 60, false);
  const binding = new Binding();
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const answers = await Promise.all(keys.map((key, i) => send(binding, "x".repeat(40 - i), i % 3 ? "" : "other", key)));
  assert.deepEqual(answers.map(({ fault }) => fault), keys.map(() => ""));
  for (const [i, key] of keys.entries()) {
    const { tags, gateway } = binding.sent["x".repeat(40 - i)];
    assert.deepEqual([tags, gateway.id, gateway.metadata], [[`key:${key}`], i % 3 ? "own" : "other", { key }]);
  }
  const objects = binding.seen.flatMap((options) => [options, options.gateway, options.gateway.metadata, options.tags]);
  assert.equal(new Set(objects).size, objects.length);
});

/** @type {[number, string, boolean, boolean][]} size, encoding, whether digits and floats are needed */
const NEEDED = [
  [768, "float", true, false],
  [768, "int8,float", true, true],
  [768, "float,float32", true, true],
  [768, "base64", false, true],
  [768, "float32", false, true],
  [256, "float", false, true],
  [256, "float,float32", false, true],
];
for (const [size, encoding, digits, floats] of NEEDED) {
  test(`of an answer for ${size} numbers as ${encoding}, only what is needed is kept`, async () => {
    const { rows } = await send(new Binding(), "a", "", "", size, encoding);
    assert.deepEqual([Boolean(rows?.bytes.length), rows?.floats?.length], [digits, floats ? 768 : undefined]);
  });
}

/** @type {[number, string, "digits" | "floats"][]} size, encoding, what is kept of the answers of a batch */
const KEPT = [
  [768, "float", "digits"],
  [768, "int8,float", "floats"],
  [768, "float32", "floats"],
  [256, "float", "floats"],
];
for (const [size, encoding, kept] of KEPT) {
  test(`of a batch of ${size} numbers as ${encoding}, the ${kept} are kept`, async () => {
    const scope = open(20_000);
    assert.equal(await reserve(scope, 200, size, encoding), "");
    assert.equal(scope.batch, kept);
    assert.equal(answerMemory.used.large, kept === "digits" ? 300 * 17_408 : 200 * (3_072 + 17_408));
    scope.close();
  });
}

/** @param {() => any} run */
const sendTo = (run) => send(/** @type {any} */ ({ run: async () => run() }), "a");
const JSON_TYPE = { headers: { "content-type": "application/json" } };

test("whatever the binding throws is a broken call, never an answer", async () => {
  const strange = [undefined, null, "text", { fault: "" }, { fault: "rows" }, { get fault() { throw new Error("no"); } }, Object.create(null), Symbol("s")];
  for (const thrown of strange) {
    const { fault, rows } = await sendTo(() => { throw thrown; });
    assert.deepEqual([fault, rows], ["broken", null]);
  }
  const { fault, detail } = await sendTo(() => { throw new Error(`3040: ${"x".repeat(1e6)}\ud800`); });
  assert.deepEqual([fault, detail.slice(0, 11), detail.length, detail.isWellFormed()], ["broken", "Error: 3040", 1_000, true]);
});

test("whatever the binding returns in the place of a response is a broken call", async () => {
  for (const result of [undefined, null, "text", 5, { shape: [1, 768], data: [row()] }, { status: 200 }, [], () => {}]) {
    assert.equal((await sendTo(() => result)).fault, "broken");
  }
});

test("an error with status 200 is the error", async () => {
  const text = '{"errors":[{"code":4006,"message":"no neurons"}]}';
  const { fault, status, detail, rows } = await sendTo(() => new Response(text, JSON_TYPE));
  assert.deepEqual([fault, status, detail, rows], ["http", 502, text, null]);
  assert.equal((await sendTo(() => new Response('{"data":[]}', JSON_TYPE))).fault, "invalid");
});
