// Another Worker that needs vectors. It calls the Worker under test by RPC. With DIRECT it calls Workers AI itself, as a
// TypeScript Worker without this service would. It reports the result, or 501 if the method does not exist.
const MODEL = "@cf/google/embeddinggemma-300m";

async function embed(env, text, options) {
  if (env.DIRECT) return { ok: true, ...(await env.AI.run(MODEL, { text })) };
  return await env.EMBEDDINGS.embed(text, ...(options ? [options] : []));
}

/** Returns the first vector. A response is read to its end, but only its first vector is parsed. */
async function first({ shape, data, response }) {
  if (data instanceof Float32Array) return Array.from(data.subarray(0, shape[1]));
  if (data) return data[0];
  const text = await response.text();
  const start = text.indexOf("[[") + 1;
  return JSON.parse(text.slice(start, text.indexOf("]", start) + 1));
}

/** Delivers a batch to the Worker under test, as the runtime does, and returns what it did with the messages. */
async function deliver(env, bodies) {
  const messages = bodies.map((body, i) => ({ id: `${i}`, timestamp: new Date(), body, attempts: 1 }));
  return Response.json(await env.EMBEDDINGS.queue("queue", messages));
}

export default {
  async fetch(request, env) {
    const { text, options, messages } = await request.json();
    if (messages) return deliver(env, messages);
    try {
      const answer = await embed(env, text, options);
      if (!answer.ok) return Response.json(answer, { status: 502 });
      return Response.json({ shape: answer.shape, first: await first(answer) });
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 501 });
    }
  },
};
