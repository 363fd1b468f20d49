// @ts-check
/** The parts of the page that compute: sizes, groups, duplicates, the histogram, rankings, maps. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { groupsOf, middleOf } from "../../page/js/compute/clusters.js";
import { duplicates, isolated } from "../../page/js/compute/duplicates.js";
import { histogram, pairsAbove, shares } from "../../page/js/compute/histogram.js";
import { margin, moves, ranked, widestGap } from "../../page/js/compute/ranking.js";
import { bytesOf, compare, quantized, recommended, truncated } from "../../page/js/compute/sizes.js";
import { answer } from "../../page/js/views/sizetable.js";
import { cosines, rowOf } from "../../page/js/compute/vectors.js";
import { arrange, neighboursKept } from "../../page/js/worker/layout.js";
import { moved, stepped, WHOLE, zoomed } from "../../page/js/map/camera.js";
import { readAnswer } from "../../src/bindings/numbers/answer.js";
import { writeRows } from "../../src/bindings/numbers/formats.js";
import { MESSAGES, PLAIN, RECORDED } from "./messages.js";
import { answer as answerOf, bytes, noise, square } from "./samples.js";

const TEXTS = PLAIN.map(({ text }) => text);
const ROWS = PLAIN.map(({ vector }) => Float32Array.from(vector));
const MATRIX = cosines(ROWS);
const SIZE = ROWS.length;

/** @param {string} part */
const line = (part) => TEXTS.findIndex((text) => text.includes(part));

test("every size equals the service's, as float32, int8 and binary", () => {
  const read = readAnswer(bytes(answerOf(PLAIN.map(({ vector }) => vector))), SIZE, true);
  for (const dimensions of [768, 512, 256, 128]) {
    const of = (/** @type {string} */ encoding) =>
      JSON.parse(new TextDecoder().decode(writeRows(read, { dimensions, encoding }, "@", 0, "[", "]")));
    const [floats, int8, bits] = [of("base64").map(rowOf), of("int8"), of("ubinary")];
    ROWS.forEach((row, i) => {
      const own = truncated(row, dimensions);
      own.forEach((value, j) => assert.ok(Math.abs(value - floats[i][j]) < 1e-9));
      assert.deepEqual([...quantized(own, "int8")].map((value) => value + 0), int8[i].map((/** @type {number} */ value) => value + 0));
      const signs = bits[i].map((/** @type {number} */ byte) => byte.toString(2).padStart(8, "0")).join("");
      assert.equal([...quantized(own, "binary")].map((value) => (value > 0 ? "1" : "0")).join(""), signs);
    });
  }
});

test("the comparison of sizes: what is kept, against a slow count", async () => {
  const { nearest, texts, table } = compare(ROWS);
  assert.deepEqual([nearest, texts, table.length], [5, SIZE, 12]);
  assert.deepEqual(table[0], { dimensions: 768, type: "float32", bytes: 3072, kept: 1 });
  const short = cosines(ROWS.map((row) => row.slice(0, 128)));
  const top = (/** @type {Float32Array} */ matrix, /** @type {number} */ i) =>
    [...Array(SIZE).keys()].filter((j) => j !== i).sort((a, b) => matrix[i * SIZE + b] - matrix[i * SIZE + a]).slice(0, 5);
  const same = ROWS.map((_, i) => top(short, i).filter((j) => top(MATRIX, i).includes(j)).length);
  const found = table.find(({ dimensions, type }) => dimensions === 128 && type === "float32");
  assert.ok(Math.abs(Number(found?.kept) - same.reduce((a, b) => a + b) / (5 * SIZE)) < 1e-9);
  assert.equal(bytesOf(256, "binary"), 32);
});

test("one vector is recommended, with its reason", async () => {
  const { table, nearest } = compare(ROWS);
  const { best, smaller } = recommended(table, 0.9);
  const enough = table.filter(({ kept }) => kept >= 0.9);
  assert.equal(best.bytes, Math.min(...enough.map(({ bytes }) => bytes)));
  assert.ok(smaller && smaller.bytes < best.bytes && smaller.kept < 0.9);
  const words = answer(table, nearest);
  assert.ok(words.startsWith(`Use ${best.dimensions} dimensions as ${best.type}: ${best.bytes} bytes instead of 3,072, and `), words);
  assert.ok(words.endsWith(`The best smaller vector, ${smaller.dimensions} dimensions as ${smaller.type}, keeps ${Math.floor(100 * smaller.kept)}%, less than 90%.`), words);
  const row = (/** @type {number} */ bytes, /** @type {number} */ kept, type = "float32") => ({ dimensions: 768, type, bytes, kept });
  assert.equal(answer([row(3072, 1), row(96, 0.8999, "binary")], 5),
    "Use 768 dimensions as float32: 100% of the 5 nearest texts are the same. The best smaller vector, 768 dimensions as binary, keeps 89%, less than 90%.");
  assert.equal(answer([row(3072, 1), row(16, 0.95, "binary")], 1),
    "Use 768 dimensions as binary: 16 bytes instead of 3,072, and 95% of the nearest texts are the same.");
  assert.deepEqual(recommended([row(9, 1), row(5, 0.91), row(5, 0.95), row(5, 0.93)], 0.9).best, row(5, 0.95));
});

test("two texts have no nearest texts to compare, and many are sampled", async () => {
  assert.deepEqual(compare(ROWS.slice(0, 2)).table, []);
  const many = Array.from({ length: 700 }, (_, i) => ROWS[i % SIZE].map((value, j) => value + (j === i ? 0.01 : 0)));
  assert.equal(compare(many).texts, 300);
});

test("equal texts are found whatever their case and spaces, near ones by their cosine, each once", () => {
  const places = (/** @type {string[]} */ texts, /** @type {Float32Array} */ matrix, least = 0.9) =>
    duplicates(texts, matrix, least).map((set) => [set.places, set.equal]);
  const far = square(5, () => 0.2);
  assert.deepEqual(places(["One  text", "two", "one text ", "ONE TEXT", "Two"], far), [[[0, 2, 3], 2], [[1, 4], 1]]);
  const chain = square(5, (i, j) => (j === i + 1 && i < 2 ? 0.95 : 0.2));
  assert.deepEqual(places(["a", "b", "c", "d", "e"], chain), [[[0, 1, 2], 0]]);
  assert.deepEqual(places(["a", "b", "c", "d", "C"], chain), [[[0, 1, 2, 4], 1]]);
  assert.deepEqual(places(["a", "b", "c", "d", "e"], chain, 0.96), []);
  assert.deepEqual(places(["a", "b", "c", "d", "e"], chain, 0.2), [[[0, 1, 2, 3, 4], 0]]);
  assert.deepEqual(duplicates(TEXTS, MATRIX).map((set) => set.places.map((i) => TEXTS[i].slice(0, 3))), [["The", "Die", "猫在温"]]);
});

test("the most isolated text is first, and only one far from all others is an outlier", () => {
  const matrix = square(12, (i, j) => (j === 11 ? 0.1 : 0.5 + 0.01 * ((i + j) % 3)));
  const found = isolated(matrix, 12, middleOf(groupsOf(matrix, 12)));
  assert.deepEqual(found.map(({ place, outlier }) => [place, outlier])[0], [11, true]);
  assert.ok(found.slice(1).every(({ outlier }) => !outlier));
  assert.equal(isolated(MATRIX, SIZE, 0)[0].place, line("Quarterly"));
  assert.deepEqual(isolated(square(1, () => 0), 1, 0.5), []);
});

test("the real model: the outliers are the texts of no topic", async () => {
  const messages = MESSAGES.filter(({ query }) => !query);
  const matrix = cosines(messages.map(({ row }) => row));
  const found = isolated(matrix, messages.length, middleOf(groupsOf(matrix, messages.length)));
  const outliers = found.filter(({ outlier }) => outlier).map(({ place }) => messages[place]);
  assert.equal(outliers.length, 24);
  assert.ok(outliers.every(({ topic, concept }) => topic === concept));
});

test("a text that is alone but near is no outlier, and far texts are none if they are many", () => {
  // seven groups of three with 0.8; the text 21 is alone, but near to the text 0
  const matrix = square(23, (i, j) => (j < 21 && Math.floor(i / 3) === Math.floor(j / 3) ? 0.8 : i === 0 && j === 21 ? 0.65 : 0.3));
  const groups = groupsOf(matrix, 23);
  assert.deepEqual(groups.groups.filter((group) => group.length === 1).flat().sort(), [21, 22]);
  assert.deepEqual(isolated(matrix, 23, middleOf(groups)).filter(({ outlier }) => outlier).map(({ place }) => place), [22]);
  const many = square(22, (i, j) => (i < 10 && i % 2 === 0 && j === i + 1 ? 0.8 : 0.3));
  assert.ok(isolated(many, 22, middleOf(groupsOf(many, 22))).every(({ outlier }) => !outlier));
  assert.equal(middleOf(groupsOf(square(30, () => 0.2), 30)), -1);
});

test("the histogram counts every pair once", () => {
  const matrix = square(4, (i, j) => [-0.2, 0.19, 0.21, 0.999, 1, 0.5][i + j - 1 + (i === 1 ? 1 : 0)] ?? 0);
  assert.equal(histogram(matrix, 4, 10).reduce((a, b) => a + b), 6);
  assert.equal(histogram(square(3, () => -0.5), 3, 10)[0], 3);
  assert.equal(histogram(square(3, () => 1), 3, 10)[9], 3);
});

test("the pairs above a threshold are counted, and the most similar ones are listed", () => {
  const matrix = noise(60);
  const all = [];
  for (let i = 0; i < 60; i++) for (let j = i + 1; j < 60; j++) all.push({ i, j, score: matrix[i * 60 + j] });
  all.sort((a, b) => b.score - a.score);
  for (const least of [0, 0.3, 0.987, 1]) {
    const above = all.filter(({ score }) => score >= least);
    const found = pairsAbove(matrix, 60, least, 20);
    assert.deepEqual([found.count, found.pairs], [above.length, above.slice(0, 20)]);
  }
  assert.equal(pairsAbove(square(300, () => 1), 300, 0.5, 20).count, (300 * 299) / 2);
});

test("the shares of the pairs within a group and of different groups above a threshold", () => {
  const matrix = square(6, (i, j) => (i < 3 === j < 3 ? (i === 0 && j === 1 ? 0.4 : 0.8) : 0.3));
  const groups = [[0, 1, 2], [3, 4, 5]];
  assert.deepEqual(shares(matrix, 6, groups, 0.5), { within: 5 / 6, across: 0 });
  assert.deepEqual(shares(matrix, 6, groups, 0.3), { within: 1, across: 1 });
  assert.deepEqual(shares(matrix, 6, [[0, 1, 2, 3, 4, 5]], 0.5), { within: 5 / 15, across: 0 });
});

test("rankings with and without prompts: order, margins and moves", () => {
  const row = (/** @type {string} */ text) => Float32Array.from(RECORDED.find((item) => item.text === text)?.vector ?? []);
  const planets = TEXTS.filter((text) => /^(Venus|Mars|Jupiter|Saturn)/.test(text));
  const question = "Which planet is known as the Red Planet?";
  const plain = ranked(row(question), planets.map(row));
  const prompted = ranked(row(`task: search result | query: ${question}`), planets.map((text) => row(`title: none | text: ${text}`)));
  assert.deepEqual(plain.map(({ place }) => planets[place].slice(0, 5)), ["Mars,", "Satur", "Jupit", "Venus"]);
  assert.deepEqual(prompted.map(({ place }) => planets[place].slice(0, 5)), ["Mars,", "Jupit", "Satur", "Venus"]);
  assert.ok(margin(prompted) > margin(plain) && margin(plain) > 0.12);
  assert.deepEqual([...moves(plain, prompted).values()], [0, 1, -1, 0]);
  assert.equal(widestGap(prompted), (prompted[2].score + prompted[3].score) / 2);
  assert.equal(margin(plain.slice(0, 1)), 0);
});

test("a map keeps most neighbours of the real messages, is the same again, and can place equal texts", () => {
  const messages = MESSAGES.filter(({ query }) => !query).slice(0, 200);
  const matrix = cosines(messages.map(({ row }) => row));
  let shown = 0;
  const spots = arrange(matrix, 200, () => shown++);
  assert.ok([...spots.x, ...spots.y].every((value) => value >= -0.5 && value <= 0.5));
  assert.ok(neighboursKept(matrix, 200, spots) > 0.7, `${neighboursKept(matrix, 200, spots)}`);
  assert.ok(shown > 1);
  assert.deepEqual(arrange(matrix, 200), spots);
  const equal = arrange(square(20, () => 1), 20);
  assert.ok([...equal.x, ...equal.y].every(Number.isFinite));
  assert.equal(neighboursKept(square(1, () => 1), 1, arrange(square(1, () => 1), 1)), 1);
});

test("the map is zoomed around a point, moved only if it is zoomed, and shown whole again", () => {
  const near = zoomed(WHOLE, { x: 100, y: 40 }, 4);
  assert.equal(near.zoom * 100 + near.x, 100);
  assert.equal(near.zoom * 40 + near.y, 40);
  assert.equal(moved(WHOLE, 5, 5), WHOLE);
  assert.deepEqual(moved(near, 5, -5), { zoom: 4, x: near.x + 5, y: near.y - 5 });
  assert.equal(zoomed(near, { x: 0, y: 0 }, 0.01), WHOLE);
  assert.equal(zoomed(near, { x: 0, y: 0 }, 1e9).zoom, 40);
  assert.equal(stepped(near, "0", { x: 0, y: 0 }), WHOLE);
  assert.equal(stepped(near, "a", { x: 0, y: 0 }), null);
});
