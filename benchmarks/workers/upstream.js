// Emulates Workers AI, Vectorize and Queues behind their real binding classes, with precomputed answers from memory.
import rows from "rows.json";

const TEXTS = 100;
const VARIANTS = JSON.parse(new TextDecoder().decode(rows)).length / TEXTS;
const encoder = new TextEncoder();
const answers = new Map();
let texts = null;
let turn = 0;

// Returns the JSON text of each row; the file has one row per line.
function lines() {
  texts ??= new TextDecoder().decode(rows).trim().slice(1, -1).split(",\n");
  return texts;
}

// The rows rotate, so that consecutive answers differ.
function embeddings(count) {
  const variant = turn++ % VARIANTS;
  const key = variant * 1000 + count;
  if (!answers.has(key)) {
    const data = lines().slice(variant * TEXTS, variant * TEXTS + count).join(",");
    answers.set(key, encoder.encode(`{"shape":[${count},768],"data":[${data}]}`));
  }
  return new Response(answers.get(key), { headers: { "content-type": "application/json" } });
}

const matches = Array.from({ length: 5 }, (_, i) => ({ id: `id-${i}`, score: 0.9 - i / 10 }));
const exact = matches.map((match, i) => ({ ...match, values: Array.from({ length: 768 }, (_, k) => (k === i ? 1 : 0)) }));
const metrics = { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: 0 };
const mutation = { mutationId: "00000000-0000-4000-8000-000000000000" };

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (env.DELAY_MS) await scheduler.wait(Number(env.DELAY_MS));
    if (url.pathname === "/batch") {
      await request.arrayBuffer();
      return Response.json({ metadata: { metrics } });
    }
    if (url.hostname !== "vector-search") {
      const text = (await request.json()).inputs.text;
      return embeddings(Array.isArray(text) ? text.length : 1);
    }
    if (url.pathname === "/query") {
      const query = await request.text();
      const most = Number(/"topK":(\d+)/.exec(query)?.[1] ?? matches.length); // more than asked for would be an error
      const found = (query.includes('"returnValues":true') ? exact : matches).slice(0, most);
      return Response.json({ matches: found, count: found.length });
    }
    await request.arrayBuffer();
    if (url.pathname === "/info") return Response.json({ dimensions: 768, vectorCount: 0 });
    return Response.json(mutation);
  },
};
