// Another Worker that needs vectors. It calls the one under test by RPC; with DIRECT it asks Workers AI itself, as a
// TypeScript Worker does that has no other one to ask. It answers what it got, or 501 where there is no such method.
const MODEL = "@cf/google/embeddinggemma-300m";

async function embed(env, text, options) {
  if (env.DIRECT) return { ok: true, ...(await env.AI.run(MODEL, { text })) };
  return await env.EMBEDDINGS.embed(text, ...(options ? [options] : []));
}

/** The first vector; a response is read to its end, and parsed as far as that. */
async function first({ shape, data, response }) {
  if (data instanceof Float32Array) return Array.from(data.subarray(0, shape[1]));
  if (data) return data[0];
  const text = await response.text();
  const start = text.indexOf("[[") + 1;
  return JSON.parse(text.slice(start, text.indexOf("]", start) + 1));
}

export default {
  async fetch(request, env) {
    const { text, options } = await request.json();
    try {
      const answer = await embed(env, text, options);
      if (!answer.ok) return Response.json(answer, { status: 502 });
      return Response.json({ shape: answer.shape, first: await first(answer) });
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 501 });
    }
  },
};
