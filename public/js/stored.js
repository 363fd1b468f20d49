/** Stored documents: store the texts of the page in the index, search them, remove them. */
import { call } from "./api.js";
import { CALL_TEXTS, inParts } from "./batches.js";
import { bar, byId, count, element, input, select } from "./dom.js";
import { idOf } from "./ids.js";
import { texts } from "./texts.js";
import { Work } from "./work.js";

/** @typedef {{id: string, score: number, metadata?: Record<string, unknown> | null, namespace?: string | null}} Match */

/** @param {() => void} changed called when the shown call has changed */
export function start(changed) {
  const work = new Work({
    status: "stored-status",
    error: "stored-error",
    progress: "stored-progress",
    cancel: "stored-cancel",
    during: ["search", "store", "remove"],
  });
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void work.run(1, (signal) => search(signal));
  });
  byId("search-form").addEventListener("input", changed);
  byId("store").addEventListener("click", () => {
    const found = [...new Set(texts())];
    void work.run(found.length, (signal, progress) => store(found, signal, progress));
  });
  byId("remove").addEventListener("click", () => {
    const found = [...new Set(texts())];
    void work.run(found.length, (signal, progress) => remove(found, signal, progress));
  });
}

/** Returns the content of the search form. */
export function asked() {
  return { query: input("query").value.trim(), topK: Number(select("top-k").value), namespace: input("namespace").value.trim() };
}

/** @param {AbortSignal} signal */
async function search(signal) {
  const { query, topK, namespace } = asked();
  const began = performance.now();
  const { json } = await call("POST", "/search", { text: query, top_k: topK, ...(namespace && { namespace }) }, signal);
  /** @type {Match[]} */
  const found = json.matches;
  byId("matches").replaceChildren(...found.map(shown));
  if (found.length) {
    return `${count(found.length)} ${found.length === 1 ? "match" : "matches"} in ${Math.round(performance.now() - began)} ms.`;
  }
  const index = (await call("GET", "/index", undefined, signal)).json;
  return index.vector_count
    ? `Nothing found. The index has ${count(index.vector_count)} vectors, maybe in another namespace.`
    : "The index is empty. Store some texts first.";
}

/** @param {Match} match */
function shown(match) {
  const { text, ...more } = match.metadata ?? {};
  const facts = [match.id, match.namespace ?? "", Object.keys(more).length ? JSON.stringify(more) : ""];
  const content = element("span", { class: "hint" }, facts.filter(Boolean).join(" · "));
  return element("li", {}, ...bar(match.score, String(text ?? "(the text is not stored)"), " ", content));
}

/** @param {string[]} found @param {AbortSignal} signal @param {(done: number) => void} progress */
async function store(found, signal, progress) {
  const { namespace } = asked();
  const visible = await write(found, signal, progress, (part, wait) => [
    "PUT",
    { documents: part.map((text) => ({ id: idOf(text), text })), ...(namespace && { namespace }), wait },
  ]);
  return `${count(found.length)} ${found.length === 1 ? "text" : "texts"} stored${visible ? "." : ". They will be visible shortly."}`;
}

/** @param {string[]} found @param {AbortSignal} signal @param {(done: number) => void} progress */
async function remove(found, signal, progress) {
  const visible = await write(found, signal, progress, (part, wait) => ["DELETE", { ids: part.map(idOf), wait }]);
  byId("matches").replaceChildren();
  return `${count(found.length)} ${found.length === 1 ? "text" : "texts"} removed${visible ? "." : ". They will disappear shortly."}`;
}

/**
 * Writes in sequential calls. The last one waits until all writes are visible.
 *
 * @param {string[]} found
 * @param {AbortSignal} signal
 * @param {(done: number) => void} progress
 * @param {(part: string[], wait: boolean) => [string, object]} request
 * @returns {Promise<boolean>} whether the writes are visible
 */
async function write(found, signal, progress, request) {
  let visible = false;
  const one = async (/** @type {string[]} */ part, /** @type {number} */ start, /** @type {AbortSignal} */ partSignal) => {
    const last = start + CALL_TEXTS >= found.length;
    const [method, body] = request(part, last);
    visible = (await call(method, "/vectors", body, partSignal)).json.visible === true;
    progress(start + part.length);
  };
  await inParts(found, signal, one, 1);
  return visible;
}
