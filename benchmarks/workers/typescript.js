// The Worker in Cloudflare's documentation, without its types, and the same approach for the other routes.
import { Buffer } from "node:buffer";
import { WorkerEntrypoint } from "cloudflare:workers";

const MODEL = "@cf/google/embeddinggemma-300m";

async function native(request, env) {
  const { text } = await request.json();
  const response = await env.AI.run(MODEL, { text });
  return Response.json(response);
}

function shorten(row, dimensions) {
  const part = row.slice(0, dimensions);
  const norm = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0));
  return part.map((value) => value / norm);
}

function base64(row) {
  return Buffer.from(new Float32Array(row).buffer).toString("base64");
}

async function openai(request, env) {
  const { input, model, dimensions, encoding_format: format } = await request.json();
  const texts = Array.isArray(input) ? input : [input];
  const calls = [];
  for (let i = 0; i < texts.length; i += 100) calls.push(env.AI.run(MODEL, { text: texts.slice(i, i + 100) }));
  let rows = (await Promise.all(calls)).flatMap((answer) => answer.data);
  if (dimensions) rows = rows.map((row) => shorten(row, dimensions));
  const data = rows.map((row, index) => {
    return { object: "embedding", index, embedding: format === "base64" ? base64(row) : row };
  });
  return Response.json({ object: "list", data, model, usage: { prompt_tokens: 0, total_tokens: 0 } });
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

async function similarity(request, env) {
  const { texts } = await request.json();
  const { data } = await env.AI.run(MODEL, { text: texts });
  const norms = data.map((row) => Math.sqrt(dot(row, row)));
  const scores = data.map((a, i) => data.map((b, j) => dot(a, b) / (norms[i] * norms[j])));
  return Response.json({ shape: [texts.length, texts.length], scores });
}

async function search(request, env) {
  const { text, top_k: topK } = await request.json();
  const { data } = await env.AI.run(MODEL, { text: [text] });
  return Response.json(await env.VECTORIZE.query(data[0], { topK }));
}

async function enqueue(documents, env) {
  await env.INGEST.sendBatch(documents.map((document) => ({ body: document, contentType: "json" })));
  return Response.json({ ids: documents.map(({ id }) => id), count: documents.length }, { status: 202 });
}

async function upsert(request, env) {
  const { documents, queue } = await request.json();
  if (queue) return enqueue(documents, env);
  const { data } = await env.AI.run(MODEL, { text: documents.map((document) => document.text) });
  const rows = documents.map(({ id, metadata }, i) => ({ id, values: data[i], metadata }));
  return Response.json(await env.VECTORIZE.upsert(rows));
}

const ROUTES = {
  "/embed": native,
  "/v1/embeddings": openai,
  "/similarity": similarity,
  "/search": search,
  "/vectors": upsert,
};

export default class extends WorkerEntrypoint {
  fetch(request) {
    return ROUTES[new URL(request.url).pathname](request, this.env);
  }

  async queue({ messages }) {
    const documents = messages.map(({ body }) => JSON.parse(body).document);
    const { data } = await this.env.AI.run(MODEL, { text: documents.map(({ text }) => text) });
    await this.env.VECTORIZE.upsert(documents.map(({ id, metadata }, i) => ({ id, values: data[i], metadata })));
    for (const message of messages) message.ack();
  }
}
