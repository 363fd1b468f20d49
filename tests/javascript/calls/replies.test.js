// @ts-check
/** Bodies of responses: their size is bounded, whatever they say about it, and an error is told from an answer. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { InvalidAnswer } from "../../../src/bindings/numbers/answer.js";
import { bytesOf, detail, isJson, rowsOrError } from "../../../src/bindings/calls/replies.js";
import { answer, bytes, row } from "../samples.js";

const MIB = 1_048_576;

/** A body without end, in chunks. @param {number} size of a chunk */
function endless(size) {
  const seen = { bytes: 0, cancelled: false };
  const stream = new ReadableStream({
    type: "bytes",
    pull(controller) {
      seen.bytes += size;
      assert.ok(seen.bytes < 4 * MIB, "it was read on and on");
      controller.enqueue(new Uint8Array(size).fill(91));
    },
    cancel() {
      seen.cancelled = true;
    },
  });
  return { seen, stream };
}

for (const size of [1_000, 100_000]) {
  test(`a body without end is given up, in chunks of ${size} bytes`, async () => {
    for (const headers of /** @type {Record<string, string>[]} */ ([{}, { "content-length": "10", "content-encoding": "gzip" }])) {
      const { seen, stream } = endless(size);
      await assert.rejects(bytesOf(new Response(stream, { headers }), 1), InvalidAnswer);
      assert.ok(seen.cancelled && seen.bytes < MIB);
      const error = endless(size);
      assert.equal(await detail(new Response(error.stream, { headers })), "");
      assert.ok(error.seen.cancelled);
    }
  });
}

test("a body that says that it is too large is not read", async () => {
  const { seen, stream } = endless(1_000);
  await assert.rejects(bytesOf(new Response(stream, { headers: { "content-length": `${10 * MIB}` } }), 1), InvalidAnswer);
  assert.ok(seen.cancelled && seen.bytes <= 1_000);
});

test("a body of any length up to the limit is read completely, in chunks of any size", async () => {
  const text = answer([row(), row()]);
  for (const size of [1, 7, 4_096, 1e6]) {
    const all = bytes(text);
    let at = 0;
    const stream = new ReadableStream({
      type: "bytes",
      pull(controller) {
        controller.enqueue(all.slice(at, (at += size)));
        if (at >= all.length) controller.close();
      },
    });
    assert.equal(new TextDecoder().decode(await bytesOf(new Response(stream), 2)), text);
  }
  assert.equal((await bytesOf(new Response(null), 1)).length, 0);
  const whole = new Response(text, { headers: { "content-length": `${text.length}` } });
  assert.equal((await bytesOf(whole, 2)).length, text.length);
});

test("the type of the content is compared without regard to case", () => {
  const typed = (/** @type {string} */ type) => isJson(new Response("", { headers: { "content-type": type } }));
  assert.deepEqual(["application/json", "Application/JSON; charset=UTF-8", "text/html", "text/json"].map(typed), [true, true, false, false]);
  assert.equal(isJson(new Response(null)), false);
});

test("an error in the place of an answer is its text, and everything else is invalid", () => {
  for (const text of ['{"errors":[{"code":3040}]}', '{"internalCode":4006}', '{"success":false,"error":"no","result":null}']) {
    assert.equal(rowsOrError(bytes(text), 1, true), text);
  }
  const others = ["", "{}", "null", "5", "[]", '{"data":[],"errors":[]}', '{"result":{}}', "<html>", `{"errors":"${"x".repeat(70_000)}"}`, `{"errors":${"[".repeat(70)}${"]".repeat(70)}}`];
  for (const text of others) assert.throws(() => rowsOrError(bytes(text), 1, true), InvalidAnswer, text.slice(0, 30));
  const rows = rowsOrError(bytes(answer([row()])), 1, true);
  assert.equal(typeof rows === "object" && rows.count, 1);
});
