/** Answers questions from stored documents: PUT / stores lines, GET /?q=... answers with the nearest one. */
import type { Embeddings } from "./embedder";

interface Env {
  EMBEDDINGS: Embeddings;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method === "PUT") {
      const lines = (await request.text()).split("\n").filter(Boolean);
      const documents = lines.map((text, line) => ({ id: `line-${line + 1}`, text }));
      const stored = await env.EMBEDDINGS.upsert(documents, { namespace: "ask", wait: true });
      return Response.json(stored, { status: stored.ok ? 200 : stored.error.status });
    }
    const question = new URL(request.url).searchParams.get("q") ?? "";
    const found = await env.EMBEDDINGS.search(question, { namespace: "ask", top_k: 3 });
    if (!found.ok) return Response.json(found, { status: found.error.status });
    const [best] = found.matches;
    return Response.json({ question, answer: best?.metadata?.text ?? null, score: best?.score ?? null });
  },
};
