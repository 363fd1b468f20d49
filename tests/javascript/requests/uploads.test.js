// @ts-check
/** Vectors in the body of a request: JSON, one object per line, or a file in a form. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { open } from "../../../src/bindings/requests/request.js";
import { readVectors } from "../../../src/bindings/requests/uploads.js";

const LIMIT = 100_000;
const MOST = 3;
const VECTOR = Array.from({ length: 768 }, (_, i) => i / 7);

/** @param {BodyInit} body @param {string} [field] @param {number} [limit] @param {Record<string, string>} [headers] */
async function read(body, field = "vectors", limit = LIMIT, headers = {}) {
  const scope = open(10_000, new Request("http://x", { method: "POST", body, headers }));
  const { fault, text, vectors } = await readVectors(scope, field, MOST, limit);
  scope.close();
  return { fault, text: typeof text === "string" ? text : new TextDecoder().decode(text), values: vectors?.values() };
}

/** Returns the JSON of a vector whose last value is `last`, a JSON text. @param {string} last */
function ending(last) {
  return JSON.stringify({ vector: VECTOR }).replace(/[^,]+\]\}$/, `${last}]}`);
}

test("vectors stay in JavaScript with all digits, and an index takes their place", async () => {
  const other = VECTOR.map((value) => 1 - value);
  const items = [
    { id: "a", values: VECTOR, metadata: { values: [1, 2], vector: 3 } },
    { id: "b", values: other },
  ];
  const expected = [
    { ...items[0], values: 0 },
    { ...items[1], values: 1 },
  ];
  for (const body of [JSON.stringify({ vectors: items }), items.map((item) => JSON.stringify(item)).join("\n")]) {
    const { fault, text, values } = await read(body);
    assert.deepEqual([fault, JSON.parse(text).vectors, values], ["", expected, [VECTOR, other]]);
  }
});

test("a query has one vector", async () => {
  const { text, values } = await read(JSON.stringify({ vector: VECTOR, topK: 3 }), "vector");
  assert.deepEqual([text, values], ['{"vector":0,"topK":3}', [VECTOR]]);
  assert.deepEqual(await read('{"vectorId":"a"}', "vector"), { fault: "", text: '{"vectorId":"a"}', values: [] });
  assert.equal((await read('{"vectorId":"a"}\n{"vectorId":"b"}', "vector")).fault, "invalid_json");
});

test("every number must be finite as float32", async () => {
  for (const last of ["3.4028235e38", "-3.4028235e38", "1e-400", "-0", "0"]) {
    assert.equal((await read(ending(last), "vector")).fault, "");
  }
  for (const last of ["3.4028236e38", "-1e39", "1e999", '"1"', "null", "true", "[1]", "{}"]) {
    const { fault, text } = await read(ending(last), "vector");
    assert.equal(fault, "invalid_request");
    assert.equal(text, "vector[767] is not a number that is finite as float32.");
  }
});

test("what is not a vector is left to Python, unless it is in the place of one", async () => {
  for (const body of ["7", "null", "[]", '{"vectors":7}', '{"vectors":[1,null,[]]}', '{"vectors":[{"id":"a"}]}']) {
    assert.deepEqual(await read(body), { fault: "", text: body, values: [] });
  }
  for (const body of ['{"values":0}', '{"values":null}', '{"vectors":[{"values":"AAAA"}]}', '{"values":{"length":768}}']) {
    const { fault, text } = await read(body);
    assert.deepEqual([fault, text], ["invalid_request", "vectors[0].values is not an array of numbers."]);
  }
});

test("a number beyond float64 is rejected: as null, it would be no number at all", async () => {
  for (const [field, body] of [
    ["vectors", '{"vectors":[{"id":"a","metadata":{"x":[{"y":%}]}}]}'],
    ["vector", '{"vectorId":"a","topK":%}'],
    ["vector", '{"vectorId":"a","filter":{"x":{"$lt":%}}}'],
  ]) {
    for (const number of ["1e400", "-1e999", "9".repeat(400)]) {
      const { fault, text } = await read(body.replace("%", number), field);
      assert.deepEqual([fault, text], ["invalid_request", "The body has a number that is out of range."]);
    }
    assert.equal((await read(body.replace("%", "1e308"), field)).fault, "");
  }
});

test("keys of the prototype are data", async () => {
  const body = `{"__proto__":{"vectors":[]},"toJSON":1,"id":"a"}`;
  assert.equal((await read(body)).text, `{"vectors":[${body}]}`);
});

test("a file in a form", async () => {
  const form = new FormData();
  form.append("anything", new File([`{"id":"a","values":${JSON.stringify(VECTOR)}}\n`], "a.ndjson"));
  assert.deepEqual((await read(form)).values, [VECTOR]);
  form.append("more", "{}");
  assert.match((await read(form)).text, /one field/);
});

test("parts are counted with the boundary that the parser reads", async (context) => {
  const parsed = context.mock.method(Response.prototype, "formData");
  const part = (/** @type {string} */ name) => `--${name}\r\ncontent-disposition: form-data; name="a"\r\n\r\n{}\r\n`;
  for (const [written, name] of [['"a\\b"', "ab"], ['"b', "b"], ['q"; x="y"; boundary=b', "b"], ["b; boundary=c", "b"], ["", "b"]]) {
    const headers = { "content-type": `multipart/form-data; boundary=${written}` };
    const { fault, text } = await read(part(name).repeat(3) + `--${name}--`, "vectors", LIMIT, headers);
    assert.deepEqual([fault, /one field/.test(text)], ["invalid_request", true], written);
  }
  for (const call of parsed.mock.calls) assert.fail(`parsed with ${/** @type {any} */ (call.this).headers.get("content-type")}`);
});

test("lines are counted with the empty ones", async () => {
  const { fault, text } = await read('\r\n{"id":"a"}\r\n\r\n{"id":\r\n');
  assert.deepEqual([fault, text], ["invalid_json", "Line 4 of the body is not JSON in UTF-8."]);
  assert.equal((await read("\n \n")).text, "The body is empty; send a JSON object.");
});

test("lines are parsed up to the limit and one more, which Python rejects", async () => {
  const { fault, text } = await read('{"id":"a"}\n'.repeat(MOST + 1) + "x");
  assert.deepEqual([fault, JSON.parse(text).vectors.length], ["", MOST + 1]);
  assert.equal((await read('{"id":"a"}\n'.repeat(MOST) + "x")).fault, "invalid_json");
});

test("the limits hold for the body and for what Python gets", async () => {
  assert.equal((await read(`"${"a".repeat(LIMIT)}"`)).fault, "too_large");
  const grows = `{"vectors":[${new Array(LIMIT / 10).fill("1e20")}]}`;
  assert.ok(grows.length < LIMIT);
  assert.equal((await read(grows)).fault, "too_large");
  assert.equal((await read(`{"id":${"[".repeat(64)}1${"]".repeat(64)}}`)).fault, "too_deep");
  const form = new FormData();
  form.append(`"`, `{"id":${"[".repeat(20_000)}1${"]".repeat(20_000)}}`);
  assert.equal((await read(form)).fault, "too_deep");
});

test("a body that is not UTF-8", async () => {
  const { fault, text } = await read(new Uint8Array([34, 255, 34]));
  assert.deepEqual([fault, text], ["invalid_json", "The body is not JSON in UTF-8."]);
});

test("a form is not parsed beyond its second part", async (context) => {
  const parsed = context.mock.method(Response.prototype, "formData");
  const part = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n';
  const request = new Request("http://x", {
    method: "POST",
    body: `${part.repeat(1000)}--b--\r\n`,
    headers: { "content-type": "multipart/form-data; boundary=b" },
  });
  const found = await readVectors(open(10_000, request), "vectors", 10, 1_000_000);
  assert.deepEqual([found.fault, parsed.mock.callCount()], ["invalid_request", 0]);
});

test("a form is not parsed if the head of its part is long or missing", async (context) => {
  const parsed = context.mock.method(Response.prototype, "formData");
  const disposition = 'content-disposition: form-data; name="a"';
  const heads = [`${"a: b\r\n".repeat(10_000)}${disposition}`, `${disposition}; filename="${"x".repeat(5_000)}"`, `a: ${";".repeat(9_000)}`];
  for (const body of [...heads.map((head) => `--b\r\n${head}\r\n\r\n{}\r\n--b--\r\n`), "--b\r\n", "{}"]) {
    const request = new Request("http://x", { method: "POST", body, headers: { "content-type": "multipart/form-data; boundary=b" } });
    const found = await readVectors(open(10_000, request), "vectors", 10, 1_000_000);
    assert.deepEqual([found.fault, parsed.mock.callCount()], ["invalid_request", 0]);
  }
});

test("a byte order mark is ignored", async () => {
  const item = JSON.stringify({ id: "a", values: VECTOR });
  for (const body of [`{"vectors":[${item}]}`, `${item}\n${item}`]) {
    assert.equal((await read(`\ufeff${body}`)).fault, "");
  }
});
