// @ts-check
/** The size of a value as JSON, before it is written. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Budget, Rejected, jsonBytes } from "../../../src/bindings/isolate/budget.js";

/** @param {unknown} value */
function written(value) {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

test("a text has as many bytes as JSON.stringify writes", () => {
  for (let code = 0; code < 0x11000; code += code < 0x3000 ? 1 : 251) {
    const sign = String.fromCodePoint(code);
    assert.equal(jsonBytes(sign), written(sign) - 2, code.toString(16));
  }
  for (const text of ["\ud83d\ude00", "\ude00\ud83d", "a\ud83d", "\ud83d\ud83d\ude00", "\r\n\t\b\f\v\"\\\x7f"]) assert.equal(jsonBytes(text), written(text) - 2);
});

test("the count ends where it is too large", () => {
  const found = jsonBytes("\u0001".repeat(10_000_000), 1_000);
  assert.ok(found > 1_000 && found < 1_010);
});

test("what becomes longer in JSON is too large before it is written", () => {
  for (const sign of ["\u0001", "\ud800"]) {
    assert.throws(() => new Budget(50_000).measure([sign.repeat(10_000)], 0), new Rejected("too_large"));
    assert.throws(() => new Budget(50_000).measure({ [sign.repeat(10_000)]: 1 }, 0), new Rejected("too_large"));
    new Budget(61_000).measure([sign.repeat(10_000)], 0);
  }
});
