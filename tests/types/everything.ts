/** Uses every method and option of the declarations; the TypeScript compiler is the test. */
import type { Embeddings, EmbeddingsEntrypoint, Failure } from "../../types/embedder";

declare const embeddings: Embeddings;
declare const service: Service<EmbeddingsEntrypoint>;

function fail(failure: Failure): never {
  const { code, message, status, param, retry_after_s, upstream_code, details } = failure.error;
  throw new Error([code, message, status, param, retry_after_s, upstream_code, details?.accepted?.length].join(" "));
}

export async function everything(): Promise<unknown[]> {
  const plain = await embeddings.embed(["a", "b"], { task: "search_query", dimensions: 256, truncate: "error" });
  if (!plain.ok) return fail(plain);
  const rows: (number[] | string)[] = plain.data;
  const floats = await embeddings.embed("a", { format: "float32", input_type: "document", title: ["T"] });
  if (!floats.ok) return fail(floats);
  const numbers: Float32Array = floats.data;
  const raw = await embeddings.embed("a", { format: "response", prompt_name: "query" });
  if (!raw.ok) return fail(raw);
  const body: Response = raw.response;
  const kept = await embeddings.embed(["a"], {
    encoding_format: "base64",
    store: { ids: ["1"], namespace: "n", metadata: { lang: "en" }, keep_text: false, mode: "insert", wait: true },
  });
  if (!kept.ok) return fail(kept);
  const scores = await embeddings.similarity(["a", "b"], { source: "c", dimensions: 128 });
  if (!scores.ok) return fail(scores);
  const written = await embeddings.upsert([{ id: "1", text: "a", title: "T", metadata: { year: 2026 } }], { wait: true });
  if (!written.ok) return fail(written);
  const queued = await embeddings.upsert([{ id: "1", text: "a" }], { queue: true, namespace: "n" });
  if (!queued.ok) return fail(queued);
  const found = await embeddings.search("a", { top_k: 3, filter: { year: { $gte: 2020 } }, min_score: 0.2 });
  if (!found.ok) return fail(found);
  const searched: [string | null | undefined, number | undefined, number[] | undefined] =
    [found.task, found.tokens, found.truncated];
  const similar = await embeddings.search(null, { id: "1", values: true, metadata: "none", namespace: "n" });
  if (!similar.ok) return fail(similar);
  const read = await embeddings.get(["1"]);
  if (!read.ok) return fail(read);
  const index = await embeddings.describe();
  if (!index.ok) return fail(index);
  const deleted = await embeddings.delete(["1"], { wait: true });
  if (!deleted.ok) return fail(deleted);
  const cleared = await embeddings.delete(null, { namespace: "n", filter: { year: { $lt: 2020 } } });
  if (!cleared.ok) return fail(cleared);
  const report: [string | null, number, number[]] = [plain.task, plain.tokens, plain.truncated];
  return [rows, numbers, body, kept.stored?.mutation_ids, scores.scores, written.visible, queued.ids[0],
    queued.request_id, found.matches[0]?.metadata, similar.count, read.missing, index.fits, deleted.count,
    cleared.deleted, cleared.more, report, searched];
}

export async function throughService(): Promise<unknown> {
  const answer = await service.embed(["a"], { format: "float32" });
  if (!answer.ok) return fail(answer);
  const found = await service.search("a", { top_k: 1 });
  return "response" in answer ? answer.response.body : [answer.data.length, found.ok && found.matches.length];
}

export async function rejected(): Promise<void> {
  // @ts-expect-error a task that does not exist
  await embeddings.embed("a", { task: "summarisation" });
  // @ts-expect-error texts must be strings
  await embeddings.embed([1, 2]);
  // @ts-expect-error not a method of the Worker
  await embeddings.drop();
}
