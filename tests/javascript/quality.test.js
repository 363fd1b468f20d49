// @ts-check
/** The quality of a search: ranks, measures, the sign test, and the queries of the real model. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { measures, quality, rankOf, signTest } from "../../page/js/compute/quality.js";
import { read, toggled } from "../../page/js/search/judgements.js";
import { answer, verdict } from "../../page/js/search/quality.js";
import { MESSAGES } from "./messages.js";

test("the rank of the best right line; equal scores are before it", () => {
  assert.equal(rankOf([0.9, 0.5, 0.7], [0]), 1);
  assert.equal(rankOf([0.9, 0.5, 0.7], [1]), 3);
  assert.equal(rankOf([0.9, 0.5, 0.7], [1, 2]), 2);
  assert.equal(rankOf([0.7, 0.5, 0.7], [2]), 2);
  assert.deepEqual(measures([1, 2, 10, 5]), { hit1: 0.25, hit5: 0.75, reciprocal: (1 + 0.5 + 0.1 + 0.2) / 4 });
});

test("the sign test, against the binomial distribution", () => {
  const ranks = (/** @type {number} */ higher, /** @type {number} */ lower, equal = 3) =>
    [[...Array(higher).fill(1), ...Array(lower).fill(2), ...Array(equal).fill(4)], [...Array(higher).fill(2), ...Array(lower).fill(1), ...Array(equal).fill(4)]];
  const p = (/** @type {number} */ higher, /** @type {number} */ lower) => signTest(...(/** @type {[number[], number[]]} */ (ranks(higher, lower)))).p;
  assert.equal(p(0, 0), 1);
  assert.equal(p(5, 0), 2 / 2 ** 5);
  assert.equal(p(6, 0), 2 / 2 ** 6);
  assert.ok(Math.abs(p(1, 9) - 22 / 1024) < 1e-12);
  assert.equal(p(4, 4), 1);
  assert.deepEqual([[5, 0], [6, 0], [9, 1], [8, 2]].map(([a, b]) => signTest(...(/** @type {[number[], number[]]} */ (ranks(a, b)))).real), [false, true, true, false]);
  assert.match(verdict(signTest(...(/** @type {[number[], number[]]} */ (ranks(0, 7))))), /^Prompts hurt: .* higher for 0 and lower for 7 queries \(p = 0\.016\)/);
});

test("rows of queries and right lines: texts, numbers, several lines, and errors", () => {
  const texts = ["One line", "two", "3", "two"];
  assert.deepEqual(read("a\tone  LINE\n\na\t2\r\nb\t3\n", texts), [{ query: "a", right: [0, 1] }, { query: "b", right: [2] }]);
  assert.throws(() => read("a\ttwo\nb", texts), /Row 2 needs a query, a tab/);
  assert.throws(() => read("a\t5", texts), /Row 1: no line is “5”/);
  assert.throws(() => read(Array.from({ length: 501 }, (_, at) => `q${at}\ttwo`).join("\n"), texts), /At most 500/);
  assert.equal(toggled("", "q", "x"), "q\tx");
  assert.equal(toggled("q\tx\nq\ty", "q", "x"), "q\ty");
});

test("the real model finds a message of the topic first for most queries, and random vectors do not", () => {
  const lines = MESSAGES.filter(({ query }) => !query);
  const queries = MESSAGES.filter(({ query }) => query);
  const right = queries.map(({ topic }) => [...lines.keys()].filter((place) => lines[place].topic === topic));
  const full = (/** @type {Float32Array} */ row) => Float32Array.from({ length: 768 }, (_, at) => row[at] ?? 0);
  const rows = lines.map(({ row }) => full(row));
  const good = { queries: queries.map(({ row }) => full(row)), rows };
  const bad = { queries: [...good.queries.slice(1), good.queries[0]], rows };
  const table = quality(good, bad, right);
  assert.deepEqual(table.map(({ dimensions }) => dimensions), [768, 512, 256, 128]);
  assert.ok(table[0].with.hit1 >= 0.9 && table[0].without.hit1 === 0, `${table[0].with.hit1} ${table[0].without.hit1}`);
  assert.ok(table[0].prompts.real && !table[3].shorter.real);
  assert.match(answer(table, 12), /^With prompts, the right line is first for 1[12] of 12 queries\. Prompts help: .* No smaller size is worse/);
  assert.ok(quality(good, good, right).every(({ prompts }) => !prompts.real && prompts.p === 1));
});
