const MODEL = "@cf/google/embeddinggemma-300m";

interface Env {
  AI: Ai;
  VECTORIZE: Vectorize;
}

/** Stores the lines of the body with PUT, and finds the line nearest to `q` with GET. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method === "PUT") return store((await request.text()).split("\n").filter(Boolean), env);
    const [vector] = await embed([new URL(request.url).searchParams.get("q") ?? "red"], env);
    const found = await env.VECTORIZE.query(vector, { topK: 1, returnMetadata: "all", namespace: "notes" });
    return Response.json(found.matches.map(({ id, metadata }) => ({ id, line: metadata?.line })));
  },
};

async function store(lines: string[], env: Env): Promise<Response> {
  const vectors = await embed(lines, env);
  const rows = lines.map((line, i) => ({ id: `note-${i}`, values: vectors[i], namespace: "notes", metadata: { line } }));
  await env.VECTORIZE.upsert(rows);
  return Response.json({ stored: rows.length });
}

async function embed(text: string[], env: Env): Promise<number[][]> {
  const answer = (await env.AI.run(MODEL, { text })) as { data: number[][] };
  return answer.data;
}
