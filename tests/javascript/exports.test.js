// @ts-check
/** What leaves the page, and what comes in: exported files, decoded files, and vectors that are kept. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { embedded } from "../../page/js/service/embedded.js";
import { csvOf, jsonlOf, npyOf, withoutDuplicates } from "../../page/js/share/exports.js";
import { decoded } from "../../page/js/texts/decode.js";
import { table } from "../../page/js/texts/parse.js";

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

test("the CSV has a line for each text, with quotes where they are needed, and no formulas", () => {
  const matrix = Float32Array.from([1, 0.5, 0.2, 0.5, 1, 0.1, 0.2, 0.1, 1]);
  const result = { texts: ['a "b", c', "=SUM(1)", "plain"], matrix, groups: [[0, 1]], outliers: [2], sets: [{ places: [0, 1] }], nearest: (/** @type {number} */ place) => [1, 0, 0][place] };
  assert.deepEqual(csvOf(result).split("\r\n"), [
    "\ufeffline,text,group,nearest_line,cosine,flags",
    '1,"a ""b"", c",1,2,0.500000,',
    "2,'=SUM(1),1,1,0.500000,duplicate",
    "3,plain,,1,0.200000,outlier",
    "",
  ]);
  assert.match(csvOf({ ...result, texts: ["alone"], groups: [], outliers: [], sets: [], nearest: () => -1 }), /\r\n1,alone,,,,\r\n$/);
  assert.deepEqual(withoutDuplicates(["a", "b", "c", "d"], [{ places: [0, 2] }, { places: [1, 3] }]), ["a", "b"]);
});

test("the vectors are exact float32, as JSONL and as a NumPy file", () => {
  const rows = [Float32Array.from([0.1, -1 / 3]), Float32Array.from([1e-9, 2])];
  const lines = jsonlOf(["ä", "b"], rows).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ vector }) => Float32Array.from(vector)), rows);
  const file = npyOf(rows);
  const header = new TextDecoder("latin1").decode(file.subarray(0, 128));
  assert.ok(file[0] === 0x93 && header.slice(1, 8) === "NUMPY\u0001\u0000" && header.includes("'<f4'") && header.includes("(2, 2)"));
  const begin = 10 + file[8] + 256 * file[9];
  assert.equal(begin % 64, 0);
  assert.deepEqual(new Float32Array(file.slice(begin).buffer), Float32Array.from([...rows[0], ...rows[1]]));
});

test("encodings are detected", () => {
  const wide = (/** @type {string} */ text, mark = "\ufeff") => new Uint8Array(Uint16Array.from(mark + text, (letter) => letter.charCodeAt(0)).buffer);
  assert.deepEqual(decoded(bytes("Größe\n日本")), { content: "Größe\n日本", encoding: "utf-8" });
  assert.deepEqual(decoded(Uint8Array.from([0x47, 0x72, 0xf6, 0xdf, 0x65, 0x80])), { content: "Größe€", encoding: "windows-1252" });
  assert.deepEqual(decoded(wide("Größe")), { content: "Größe", encoding: "utf-16le" });
  assert.deepEqual(decoded(wide("a plain line", "")), { content: "a plain line", encoding: "utf-16le" });
  assert.equal(decoded(wide("a plain line", "").map((_, at, all) => all[at ^ 1])).encoding, "utf-16be");
  assert.equal(decoded(new Uint8Array()).content, "");
});

test("files that are no text are rejected, with their kind", () => {
  for (const [begin, kind] of [["%PDF-1.7", "a PDF"], ["PK\u0003\u0004", "a ZIP file"], ["GIF89a", "a GIF picture"], ["abc\u0000\u0001\u0002", "a binary file"]]) {
    assert.throws(() => decoded(bytes(begin)), new RegExp(kind));
  }
});

test("a JSON object gives its longest list", () => {
  const texts = (/** @type {string} */ content) => table("a.json", content).rows.map(({ text }) => text);
  assert.deepEqual(texts('{"items": [{"text": "a"}, {"text": "b"}], "tags": [{"text": "no"}]}'), ["a", "b"]);
  assert.deepEqual(texts('{"data": {"rows": [{"text": "a"}]}}'), ["a"]);
  assert.throws(() => table("a.json", '{"text": "one"}'), /has no list/);
});

/** Answers calls of /embed with the length of each text, after some answers of another status. @param {(number | null)[]} before */
function service(before = []) {
  /** @type {string[][]} */
  const calls = [];
  globalThis.fetch = async (_, options) => {
    const { text } = JSON.parse(String(options?.body));
    calls.push(text);
    const status = before.shift() ?? 200;
    const headers = { "x-embedding-tokens": "1", ...(status === 429 && { "retry-after": "0.01" }) };
    const data = text.map((/** @type {string} */ each) => [each.length, ...new Array(767).fill(0)]);
    return new Response(JSON.stringify(status === 200 ? { data } : { error: { code: "x", message: "no" } }), { status, headers });
  };
  return calls;
}
Object.assign(globalThis, { sessionStorage: { getItem: () => null } });
const run = { signal: new AbortController().signal, progress: () => {} };

test("only changed texts are sent, and equal ones once", async () => {
  const calls = service();
  const first = await embedded(["a", "bb", "a"], "t1", run);
  assert.deepEqual([calls, first.fresh, first.rows.map((row) => row[0])], [[["a", "bb"]], 2, [1, 2, 1]]);
  const second = await embedded(["a", "ccc", "bb"], "t1", run);
  assert.deepEqual([calls[1], second.fresh, second.rows.map((row) => row[0])], [["ccc"], 1, [1, 3, 2]]);
  assert.equal((await embedded(["bb"], "t1", run)).fresh, 0);
  assert.equal((await embedded(["bb"], "t2", run)).fresh, 1);
});

test("what arrived before a failure is kept, and a short rejection is waited for", async () => {
  const many = Array.from({ length: 150 }, (_, place) => `text ${place}`);
  service([null, 500]);
  await assert.rejects(embedded(many, "t3", run));
  const calls = service([429, 429]);
  /** @type {number[]} */
  const waits = [];
  const made = await embedded(many, "t3", { ...run, waiting: (seconds) => waits.push(seconds) });
  assert.deepEqual(calls, [many.slice(100), many.slice(100), many.slice(100)]);
  assert.deepEqual([made.fresh, waits.length, made.rows.length], [50, 2, 150]);
});
