// @ts-check
/** Maximal marginal relevance against its definition, for many random candidates. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { choose } from "../../../src/bindings/numbers/diversity.js";
import { FULL, MESSAGES } from "../messages.js";
import { random } from "../samples.js";

/** @type {(left: number[], right: number[]) => number} */
const dot = (left, right) => left.reduce((sum, value, i) => sum + value * right[i], 0);

/** @type {(left: number[], right: number[]) => number} */
const cosine = (left, right) => {
  const sum = (/** @type {number[]} */ terms) => terms.reduce((total, term) => total + term, 0);
  const product = (/** @type {number[]} */ one, /** @type {number[]} */ other) => sum(one.map((value, i) => value * other[i]));
  const lengths = Math.sqrt(product(left, left)) * Math.sqrt(product(right, right));
  return lengths ? product(left, right) / lengths : 0;
};

/** The definition, computed anew for each choice. @type {typeof choose} */
function byDefinition(vectors, scores, count, diversity) {
  /** @type {number[]} */
  const chosen = [];
  while (chosen.length < Math.min(count, scores.length)) {
    const rest = [...scores.keys()].filter((i) => !chosen.includes(i));
    const worth = rest.map((i) =>
      chosen.length
        ? (1 - diversity) * scores[i] - diversity * Math.max(...chosen.map((j) => cosine(vectors[i], vectors[j])))
        : scores[i],
    );
    chosen.push(rest[worth.indexOf(Math.max(...worth))]);
  }
  return chosen;
}

/** @param {() => number} next a random number from 0 to 1 */
function candidates(next) {
  const size = 2 + Math.floor(next() * 20);
  const vectors = Array.from({ length: Math.floor(next() * 51) }, () => Array.from({ length: size }, () => next() - 0.5));
  const query = Array.from({ length: size }, () => next() - 0.5);
  vectors.sort((left, right) => cosine(query, right) - cosine(query, left));
  return { vectors, scores: vectors.map((vector) => cosine(query, vector)) };
}

test("the choice is that of the definition", () => {
  const next = random(29);
  for (let round = 0; round < 300; round++) {
    const { vectors, scores } = candidates(next);
    const count = 1 + Math.floor(next() * 50);
    const diversity = [0.001, 0.3, 0.5, 0.999, 1, next()][round % 6];
    const chosen = choose(vectors, scores, count, diversity);
    assert.deepEqual(chosen, byDefinition(vectors, scores, count, diversity), `${round}`);
    assert.equal(new Set(chosen).size, Math.min(count, vectors.length));
    if (chosen.length) assert.equal(chosen[0], 0);
  }
});

test("with 0 the order is that of the scores", () => {
  const next = random(7);
  for (let round = 0; round < 50; round++) {
    const { vectors, scores } = candidates(next);
    assert.deepEqual(choose(vectors, scores, 50, 0), [...scores.keys()]);
  }
});

test("copies of a match come last, and copies of each other keep their order", () => {
  const [one, other, third] = [[1, 0, 0], [0.6, 0.8, 0], [0.6, 0, 0.8]];
  const vectors = [one, one, one, other, other, third];
  const scores = [0.9, 0.9, 0.9, 0.8, 0.8, 0.7];
  assert.deepEqual(choose(vectors, scores, 3, 0.5), [0, 3, 5]);
  assert.deepEqual(choose(vectors, scores, 6, 0.5), [0, 3, 5, 1, 2, 4]);
});

test("the length of a vector does not matter, and a vector of zeros is no error", () => {
  const vectors = [[3, 0], [30, 0], [0, 0.001], [0, 0]];
  assert.deepEqual(choose(vectors, [0.9, 0.8, 0.7, 0.6], 4, 0.9), [0, 2, 3, 1]);
  assert.deepEqual(choose([], [], 5, 0.5), []);
});

/**
 * Returns how many of the first five matches of 12 queries are copies of another one, if each text is stored four times.
 * @param {number} diversity
 */
function copies(diversity) {
  const queries = MESSAGES.flatMap((message, place) => (message.query ? [place] : []));
  const texts = MESSAGES.flatMap((message, place) => (message.query ? [] : [place]));
  let found = 0;
  for (const query of queries) {
    const ranked = texts.map((place) => ({ place, score: dot(FULL[query], FULL[place]) })).sort((left, right) => right.score - left.score);
    const nearest = ranked.slice(0, 13).flatMap((match) => [match, match, match, match]).slice(0, 50);
    const scores = nearest.map((match) => match.score);
    const chosen = choose(nearest.map((match) => FULL[match.place]), scores, 5, diversity);
    found += 5 - new Set(chosen.map((place) => nearest[place].place)).size;
  }
  return found;
}

test("the documented share of copies", () => {
  assert.deepEqual([0, 0.3, 0.5].map(copies), [36, 12, 0]); // of 60; docs/searching.md has these figures
});
