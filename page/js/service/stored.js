/** Stored documents: store the texts of the page in the index, search them, remove what this page stored. */
import { call } from "./api.js";
import { CALL_TEXTS, inParts } from "./batches.js";
import { bar, byId, counted, element, input, select } from "../dom.js";
import { idOf } from "./ids.js";
import * as memory from "./memory.js";
import { minScore } from "../search/minscore.js";
import * as service from "./service.js";
import { texts } from "../texts/texts.js";
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
  byId("search-form").addEventListener("input", () => {
    changed();
    offer();
  });
  byId("store").addEventListener("click", () => {
    const found = [...new Set(texts())];
    void work.run(found.length, (signal, progress) => store(found, signal, progress));
  });
  byId("remove").addEventListener("click", () => void confirmed().then((yes) => {
    const { namespace } = asked();
    const ids = memory.idsIn(namespace);
    yes && void work.run(ids.length, (signal, progress) => remove(ids, namespace, signal, progress));
  }));
  offer();
}

/** Offers to remove what this page stored in the namespace. */
function offer() {
  const ids = memory.idsIn(asked().namespace);
  byId("remove").hidden = !ids.length;
  byId("remove").textContent = `Remove ${counted(ids.length, "stored text")}`;
}

/** Asks before anything is removed. The dialog returns the focus. @returns {Promise<boolean>} */
function confirmed() {
  const dialog = /** @type {HTMLDialogElement} */ (/** @type {unknown} */ (byId("confirm")));
  const { namespace } = asked();
  byId("confirm-question").textContent =
    `Remove the ${counted(memory.idsIn(namespace).length, "text")} that this page stored in ${namespace ? `the namespace ${namespace}` : "no namespace"}? Other documents stay.`;
  dialog.returnValue = "keep";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "remove"), { once: true }));
}

/** Returns the content of the search form. */
export function asked() {
  return { query: input("query").value.trim(), topK: Number(select("top-k").value), namespace: input("namespace").value.trim() };
}

/** @param {AbortSignal} signal */
async function search(signal) {
  const { query, topK, namespace } = asked();
  const began = performance.now();
  const least = minScore();
  const body = { text: query, top_k: topK, ...(namespace && { namespace }), ...(least !== null && { min_score: least }) };
  const { json } = await call("POST", "/search", body, signal);
  /** @type {Match[]} */
  const found = json.matches;
  byId("matches").replaceChildren(...found.map(shown));
  if (found.length) {
    return `${counted(found.length, "match", "matches")} in ${Math.round(performance.now() - began)} ms.`;
  }
  const index = (await call("GET", "/index", undefined, signal)).json;
  if (!index.vector_count) {
    return "The index is empty. Store some texts first.";
  }
  const where = least === null ? "maybe in another namespace" : `maybe in another namespace, or below the lowest score ${least}`;
  return `Nothing found. The index has ${counted(index.vector_count, "vector")}, ${where}.`;
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
  const ids = found.map((text) => idOf(text, namespace));
  memory.remember(namespace, ids); // before the calls, because a cancelled one may have stored some
  offer();
  const visible = await write(found, signal, progress, (part, wait) => [
    "PUT",
    { documents: part.map((text) => ({ id: idOf(text, namespace), text })), ...(namespace && { namespace }), wait },
  ]);
  void service.show();
  return `${counted(found.length, "text")} stored${visible ? "." : ". They will be visible shortly."}`;
}

/** @param {string[]} ids @param {string} namespace @param {AbortSignal} signal @param {(done: number) => void} progress */
async function remove(ids, namespace, signal, progress) {
  const visible = await write(ids, signal, progress, (part, wait) => ["DELETE", { ids: part, wait }]);
  memory.forget(namespace, ids);
  byId("matches").replaceChildren();
  offer();
  void service.show();
  return `${counted(ids.length, "text")} removed${visible ? "." : ". They will disappear shortly."}`;
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
