// The npm packages @huggingface/inference, ollama, ai with @ai-sdk/openai-compatible, @mistralai/mistralai with
// @langchain/mistralai on top, and @modelcontextprotocol/sdk.
// `tests/runtime/api/test_clients.py` runs this file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { InferenceClient } from "@huggingface/inference";
import { MistralAIEmbeddings } from "@langchain/mistralai";
import { Mistral } from "@mistralai/mistralai";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { APICallError, embed, embedMany } from "ai";
import { Ollama } from "ollama";

const { EMBEDDER_URL: url, EMBEDDER_PROTECTED_URL: protectedUrl, EMBEDDER_KEY: key } = process.env;
const TEXTS = ["Mars is often called the Red Planet.", "a llama"];
const OTHER = "text-embedding-3-small";
const LONG = "word ".repeat(5000);
const TOO_LONG = /over the limit of 2046 tokens per text/;

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

test("mistral", async () => {
  const mistral = (serverURL, apiKey) => new Mistral({ serverURL, apiKey });
  const model = "embeddinggemma-300m:search_document";
  const answer = await mistral(url, "unused").embeddings.create({ model, inputs: TEXTS, outputDimension: 256 });
  await same(answer.data.map(({ embedding }) => embedding), TEXTS, { task: "search_document", dimensions: 256 });
  assert.ok(answer.id && answer.usage.promptTokens > 0);
  const { data } = await mistral(url, "unused").models.list();
  assert.ok(data.some(({ id }) => id === "embeddinggemma-300m"));
  const failing = (address, key, name) => mistral(address, key).embeddings.create({ model: name, inputs: "a" });
  await assert.rejects(failing(url, "unused", OTHER), { statusCode: 404 });
  await assert.rejects(failing(protectedUrl, "wrong", model), { statusCode: 401 });
  assert.equal((await failing(protectedUrl, key, model)).data.length, 1);
});

test("@langchain/mistralai", async () => {
  const model = "embeddinggemma-300m:search_document";
  const embeddings = (serverURL, apiKey) => new MistralAIEmbeddings({ model, serverURL, apiKey, maxRetries: 0 });
  const task = { task: "search_document" };
  const documents = Array.from({ length: 100 }, (_, number) => `document ${number}`);
  await same([await embeddings(url, "unused").embedQuery(TEXTS[0])], TEXTS[0], task);
  await same(await embeddings(url, "unused").embedDocuments(documents), documents, task);
  assert.equal((await embeddings(protectedUrl, key).embedQuery("a")).length, 768);
  await assert.rejects(embeddings(protectedUrl, "wrong").embedQuery("a"), /401|key/);
});

const connect = async (address, presented) => {
  const client = new Client({ name: "test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${presented}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${address}/mcp`), { requestInit }));
  return client;
};
const callTool = async (client, name, args) => {
  const { content, isError } = await client.callTool({ name, arguments: args });
  assert.equal(content.length, 1);
  return isError ? content[0].text : JSON.parse(content[0].text);
};

test("mcp", async () => {
  const client = await connect(url, "unused");
  assert.equal(client.getServerVersion().name, "embedder");
  await client.ping();
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name), ["search", "get", "store", "compare"]);
  const documents = TEXTS.map((text, number) => ({ id: `sdk-${number}`, text }));
  assert.equal((await callTool(client, "store", { documents, namespace: "mcp-sdk" })).count, 2);
  let matches = [];
  for (let turn = 0; matches.length < 2 && turn < 100; turn++) {
    if (turn) await setTimeout(100); // a write becomes visible later
    ({ matches } = await callTool(client, "search", { text: TEXTS[0], namespace: "mcp-sdk" }));
  }
  assert.deepEqual(matches.map(({ text }) => text), TEXTS);
  assert.deepEqual((await callTool(client, "get", { ids: ["sdk-1", "none"] })).missing, ["none"]);
  const scores = await callTool(client, "compare", { source: TEXTS[0], texts: TEXTS });
  assert.ok(Math.abs(scores[0] - 1) < 1e-6);
  await client.close();
});

test("mcp: errors and keys", async () => {
  const client = await connect(protectedUrl, key);
  assert.match(await callTool(client, "search", { text: "a", top_k: 99 }), /top_k/);
  assert.match(await callTool(client, "drop", {}), /^Unknown tool 'drop'/);
  await assert.rejects(client.listPrompts(), /prompts|Method not found|Unknown method/);
  await client.close();
  await assert.rejects(connect(protectedUrl, "wrong"), /401|Unauthorized|key/);
});

test("@huggingface/inference", async () => {
  const client = new InferenceClient("unused").endpoint(url);
  await same(await client.featureExtraction({ inputs: TEXTS }), TEXTS);
  await same(await client.featureExtraction({ inputs: TEXTS[0], prompt_name: "query" }), TEXTS[0], { task: "query" });
  const inputs = { source_sentence: TEXTS[0], sentences: TEXTS };
  const [first] = await new InferenceClient("unused").endpoint(`${url}/similarity`).sentenceSimilarity({ inputs });
  assert.ok(Math.abs(first - 1) < 1e-6);
});

test("@huggingface/inference: errors and keys", async () => {
  const failing = (address, presented, options) =>
    new InferenceClient(presented).endpoint(address).featureExtraction({ inputs: LONG, ...options });
  await assert.rejects(failing(url, "unused", { truncate: false }), TOO_LONG);
  await assert.rejects(failing(protectedUrl, "wrong"), /key|401/);
  assert.equal((await failing(protectedUrl, key))[0].length, 768);
});
