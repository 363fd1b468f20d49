// @ts-check
/** Groups of texts: known groups and single texts, vectors of the real model, and the definition of the linkage. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { centre, groupsAt, groupsOf, silhouette, treeOf } from "../../page/js/compute/clusters.js";
import { note } from "../../page/js/views/groups.js";
import { cut, leaves, linkage } from "../../page/js/compute/linkage.js";
import { cosines } from "../../page/js/compute/vectors.js";
import { MESSAGES, PLAIN, randIndex } from "./messages.js";
import { noise, random, square } from "./samples.js";

const NUMBERS = 256; // of a made vector
const TEXTS_OF = MESSAGES.filter(({ query }) => !query);
const CONCEPTS = MESSAGES.filter(({ concept, topic }) => concept && concept !== topic);

/** Returns a generator of vectors with independent normal components. @param {number} seed */
function normal(seed) {
  const next = random(seed);
  return () => Float32Array.from({ length: NUMBERS }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}

/** @param {...Float32Array} parts */
function sum(...parts) {
  return parts[0].map((_, place) => parts.reduce((total, part) => total + part[place], 0));
}

/**
 * Returns vectors of known groups of 2 to 9 members, and of single ones. All have a part in common, as texts of one
 * language have.
 *
 * @param {number} groups @param {number} singles @param {number} seed
 */
function made(groups, singles, seed) {
  const vector = normal(seed);
  const size = random(seed + 1);
  const common = vector();
  /** @type {Float32Array[]} */
  const rows = [];
  /** @type {number[]} */
  const labels = [];
  for (let group = 0; group < groups + singles; group++) {
    const middle = sum(common, vector());
    const members = group < groups ? 2 + Math.floor(8 * size()) : 1;
    for (let member = 0; member < members; member++) {
      rows.push(sum(middle, vector().map((value) => 0.8 * value)));
      labels.push(group);
    }
  }
  return { rows, labels };
}

/** Returns the group of each text. @param {import("../../page/js/compute/clusters.js").Groups} groups @param {number} size */
function labelled({ groups }, size) {
  const labels = new Int32Array(size);
  groups.forEach((group, number) => group.forEach((place) => (labels[place] = number)));
  return labels;
}

/** @param {{row: Float32Array}[]} messages */
async function treeOfMessages(messages) {
  return treeOf(cosines(messages.map(({ row }) => row)), messages.length);
}

for (const [groups, singles] of [[6, 0], [6, 12], [12, 5], [30, 20], [60, 0], [60, 40]]) {
  test(`${groups} groups and ${singles} single texts are found`, async () => {
    for (const seed of [1, 20, 300]) {
      const { rows, labels } = made(groups, singles, seed);
      const found = groupsOf(cosines(rows), rows.length);
      const index = randIndex(labelled(found, rows.length), labels);
      assert.ok(index >= 0.95, `seed ${seed}: ${index}`);
      assert.equal(found.clear, true);
    }
  });
}

test("equal texts among them change nothing", async () => {
  const { rows, labels } = made(20, 10, 4);
  const all = [...rows, ...rows.slice(0, 10)];
  const found = groupsOf(cosines(all), all.length);
  assert.ok(randIndex(labelled(found, all.length), [...labels, ...labels.slice(0, 10)]) >= 0.95);
});

test("a pair of equal texts does not hide groups that are near each other", () => {
  const matrix = square(24, (i, j) => (i === 0 && j === 1 ? 1 : Math.floor(i / 4) === Math.floor(j / 4) ? 0.75 : 0.67));
  assert.equal(groupsOf(matrix, 24).groups.length, 6);
});

test("the real model: the 48 concepts in five languages are found exactly", async () => {
  assert.equal(CONCEPTS.length, 240);
  const tree = await treeOfMessages(CONCEPTS);
  const labels = labelled(groupsAt(tree), 240);
  assert.equal(tree.found, 48);
  assert.equal(randIndex(labels, CONCEPTS.map(({ concept }) => `${concept}`)), 1);
});

test("the real model: paraphrases, single texts and queries among the concepts", async () => {
  for (const messages of [TEXTS_OF, MESSAGES]) {
    const labels = labelled(groupsAt(await treeOfMessages(messages)), messages.length);
    const known = messages.flatMap(({ concept }, place) => (concept ? [{ concept, label: labels[place] }] : []));
    assert.equal(known.length, 264);
    assert.equal(randIndex(known.map(({ label }) => label), known.map(({ concept }) => concept)), 1);
  }
});

test("the real model: topics overlap, and coarser groups reach what the best cut of the tree reaches", async () => {
  for (const messages of [CONCEPTS, TEXTS_OF]) {
    const size = messages.length;
    const topics = messages.map(({ topic }) => topic);
    const tree = await treeOfMessages(messages);
    const index = (/** @type {number} */ count) => randIndex(cut(tree.merges, size, count), topics);
    const all = Array.from({ length: tree.found - 1 }, (_, place) => index(place + 2));
    const coarser = tree.cuts.filter((count) => count <= tree.found);
    const best = coarser.reduce((one, other) => (index(other) > index(one) ? other : one));
    assert.equal(index(best), Math.max(...all));
    assert.ok(index(best) < 0.6);
    const groups = groupsAt(tree, best);
    assert.equal(groups.clear, false);
    assert.match(note(tree, best, groups), /^\d+ groups.*These groups overlap, without a clear gap: joined from a mean cosine/);
  }
});

test("the sentence about the groups: how many, how clear, and whether coarser ones overlap", async () => {
  const tree = await treeOfMessages(TEXTS_OF);
  assert.match(note(tree, tree.found, groupsAt(tree)), /^48 groups and 24 single texts\. A clear gap separates them: joined from a mean cosine of 0\.\d{3}, the next two have 0\.\d{3}\./);
  assert.equal(note(tree, TEXTS_OF.length, groupsAt(tree, TEXTS_OF.length)), "Every text is alone.");
  const two = treeOf(square(8, (i, j) => (i < 4 === j < 4 ? 0.8 : 0.2)), 8);
  assert.equal(note(two, 2, groupsAt(two)), "2 groups. A clear gap separates them: joined from a mean cosine of 0.800, the next two have 0.200.");
  const none = treeOf(square(8, () => 0.2), 8);
  assert.equal(note(none, none.found, groupsAt(none)), "No clear groups.");
});

test("cuts are offered from coarse to fine, each number of groups up to 20, and no groups last", async () => {
  const { cuts, found } = await treeOfMessages(MESSAGES);
  assert.deepEqual(cuts.slice(0, 19), Array.from({ length: 19 }, (_, place) => place + 2));
  assert.deepEqual(cuts, [...new Set(cuts)].sort((a, b) => a - b));
  assert.ok(cuts.includes(found) && cuts.at(-1) === 300 && cuts.length < 100);
  assert.deepEqual(treeOf(square(3, () => 0.3), 3).cuts, [2, 3]);
});

test("recorded texts are grouped by their topics", async () => {
  const texts = PLAIN.map(({ text }) => text);
  const size = texts.length;
  const line = (/** @type {string} */ part) => texts.findIndex((text) => text.includes(part));
  const matrix = cosines(PLAIN.map(({ vector }) => Float32Array.from(vector)));
  const { order, groups } = groupsOf(matrix, size);
  assert.deepEqual([...order].sort((a, b) => a - b), [...Array(size).keys()]);
  assert.deepEqual(groups.flat(), order);
  const cats = groups.find((group) => group.includes(line("猫"))) ?? [];
  assert.deepEqual(cats.map((place) => texts[place].slice(0, 3)).sort(), ["Die", "The", "القطة".slice(0, 3), "बिल", "猫在温"].sort());
  assert.ok(groups.some((group) => ["Mars", "Jupiter", "Saturn", "Which planet"].every((part) => group.includes(line(part)))));
  assert.ok(groups.some((group) => group.length === 1 && group[0] === line("Quarterly")));
  assert.equal(texts[centre(matrix, size, cats)], "The cat sleeps on the warm windowsill.");
});

test("average linkage agrees with the definition", () => {
  const size = 25;
  const matrix = noise(size);
  let sets = Array.from({ length: size }, (_, i) => [i]);
  const near = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
    a.reduce((sum, i) => sum + b.reduce((part, j) => part + matrix[i * size + j], 0), 0) / (a.length * b.length);
  const merges = linkage(matrix, size);
  for (const { height } of merges) {
    const pairs = sets.flatMap((a, i) => sets.slice(i + 1).map((b) => ({ a, b, score: near(a, b) })));
    const best = pairs.reduce((one, other) => (other.score > one.score ? other : one));
    assert.ok(Math.abs(best.score - height) < 1e-5);
    sets = [...sets.filter((set) => set !== best.a && set !== best.b), [...best.a, ...best.b]];
    const labels = cut(merges, size, sets.length);
    assert.equal(new Set(labels).size, sets.length);
    sets.forEach((set) => assert.equal(new Set(set.map((i) => labels[i])).size, 1));
  }
});

test("texts without groups have none, and few texts are no problem", async () => {
  const singles = made(0, 60, 3).rows;
  assert.deepEqual(groupsOf(cosines(singles), 60).groups, []);
  assert.deepEqual(groupsOf(square(40, () => 0.3), 40).groups, []);
  assert.deepEqual([groupsOf(square(1, () => 0), 1).order, groupsOf(square(1, () => 0), 1).groups], [[0], []]);
  assert.deepEqual(groupsOf(new Float32Array(), 0).order, []);
  assert.deepEqual(groupsOf(square(2, () => 0.5), 2).order.length, 2);
  assert.deepEqual(leaves(linkage(square(3, () => 1), 3), 3).length, 3);
});

test("the silhouette is 1 for equal texts in groups without similarity", () => {
  const matrix = square(6, (i, j) => (i < 3 === j < 3 ? 1 : 0));
  assert.equal(silhouette(matrix, 6, Int32Array.of(0, 0, 0, 1, 1, 1), 2), 1);
  assert.ok(silhouette(matrix, 6, Int32Array.of(0, 1, 0, 1, 0, 1), 2) < 0);
});

