// The npm packages ollama, and ai with @ai-sdk/openai-compatible. `tests/runtime/test_clients.py` runs this file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embed, embedMany } from "ai";
import { Ollama } from "ollama";

const { EMBEDDER_URL: url, EMBEDDER_PROTECTED_URL: protectedUrl, EMBEDDER_KEY: key } = process.env;
const TEXTS = ["Mars is often called the Red Planet.", "a llama"];
const OTHER = "text-embedding-3-small";
const LONG = "word ".repeat(5000);
const TOO_LONG = /over the limit of 2048 tokens per text/;

const same = async (vectors, text, options = {}) => {
  const body = JSON.stringify({ text, ...options });
  const answer = await fetch(`${url}/embed`, { method: "POST", body, headers: { "content-type": "application/json" } });
  const { data } = await answer.json();
  assert.equal(vectors.length, data.length);
  for (const [row, vector] of vectors.entries()) {
    assert.equal(vector.length, data[row].length);
    for (const [i, number] of vector.entries()) assert.ok(Math.abs(number - data[row][i]) < 1e-6);
  }
};

const ollama = (host, presented) => new Ollama({ host, headers: { authorization: `Bearer ${presented}` } });
const sdk = (address, presented, name = "embeddinggemma-300m:search_query") =>
  createOpenAICompatible({ name: "embedder", baseURL: `${address}/v1`, apiKey: presented }).embeddingModel(name);

test("ollama", async () => {
  const client = ollama(url, "unused");
  const { embeddings } = await client.embed({ model: "embeddinggemma:search_query", input: TEXTS, dimensions: 256 });
  await same(embeddings, TEXTS, { task: "search_query", dimensions: 256 });
  const { embedding } = await client.embeddings({ model: "embeddinggemma", prompt: TEXTS[0] });
  await same([embedding], TEXTS[0]);
  assert.ok((await client.list()).models.some(({ name }) => name === "embeddinggemma:latest"));
  assert.deepEqual((await client.show({ model: "embeddinggemma" })).capabilities, ["embedding"]);
});

test("ollama: errors and keys", async () => {
  const client = ollama(url, "unused");
  const unknown = { name: "ResponseError", message: /^Unknown model/, status_code: 404 };
  await assert.rejects(client.embed({ model: OTHER, input: "a" }), unknown);
  await assert.rejects(client.embed({ model: "embeddinggemma", input: LONG, truncate: false }), TOO_LONG);
  assert.equal((await ollama(protectedUrl, key).embed({ model: "embeddinggemma", input: "a" })).embeddings.length, 1);
  const wrong = ollama(protectedUrl, "wrong").embed({ model: "embeddinggemma", input: "a" });
  await assert.rejects(wrong, { name: "ResponseError", status_code: 401 });
});

test("ai", async () => {
  const one = await embed({ model: sdk(url, "unused"), value: TEXTS[0] });
  await same([one.embedding], TEXTS[0], { task: "search_query" });
  const options = { embedder: { dimensions: 256 } };
  const many = await embedMany({ model: sdk(url, "unused"), values: TEXTS, providerOptions: options });
  await same(many.embeddings, TEXTS, { task: "search_query", dimensions: 256 });
  assert.ok(many.usage.tokens > 0);
});

test("ai: errors and keys", async () => {
  const failing = (model) => embed({ model, value: "a", maxRetries: 0 });
  const rejected = (statusCode, message) => (error) =>
    APICallError.isInstance(error) && error.statusCode === statusCode && message.test(error.message);
  await assert.rejects(failing(sdk(url, "unused", OTHER)), rejected(404, /^Unknown model/));
  await assert.rejects(failing(sdk(protectedUrl, "wrong")), rejected(401, /key/));
  assert.equal((await failing(sdk(protectedUrl, key))).embedding.length, 768);
});
