// @ts-check
/** The texts for the model are parsed in pieces, and are the same. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { textsOf } from "../../../src/bindings/calls/inputs.js";
import { open } from "../../../src/bindings/requests/request.js";

const PIECE = 262_144;
const PARTS = ["a", "é", "字", "😀", "\n", '"', "\\", "\u0001", "\\u0041", "👨‍👩‍👧", "\ufeff", "\u2028"];

/** @param {string[]} texts */
async function parsed(texts) {
  const scope = open(20_000);
  let yields = 0;
  const yieldToOthers = scope.yieldToOthers.bind(scope);
  scope.yieldToOthers = () => (yields++, yieldToOthers());
  const found = await textsOf(scope, new TextEncoder().encode(JSON.stringify({ text: texts })));
  scope.close();
  return { found, yields };
}

test("no piece ends within a character or an escape", async () => {
  for (const part of PARTS) {
    for (let spare = 0; spare < 8; spare++) {
      const texts = ["b".repeat(PIECE - spare) + part.repeat(9), part];
      assert.deepEqual((await parsed(texts)).found, texts);
    }
  }
});

test("texts of any number and length stay as they are", async () => {
  const cases = [[""], ["", "", "a", ""], ["]}", '","'], [PARTS.join("")], Array.from({ length: 100 }, (_, i) => PARTS.join(`${i}`))];
  for (const texts of cases) assert.deepEqual((await parsed(texts)).found, texts);
});

test("other requests run between the pieces, of one text and of many", async () => {
  const size = 8 * PIECE;
  assert.equal((await parsed(["a".repeat(size)])).yields, 8);
  assert.equal((await parsed(Array(64).fill("字".repeat(size / 64 / 3)))).yields, 8);
  assert.equal((await parsed(["a".repeat(size / 64)])).yields, 1);
});
