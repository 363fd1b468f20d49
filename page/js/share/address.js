/** The state of the page in the fragment of its address, which is never sent to a server. Only a copied link can have texts. */


/** @typedef {{texts: string, task: string, dimensions: string, query: string, threshold: number | null, minScore: number | null}} State `texts` is "" for the example */

/** @param {State} state */
export function fragment({ texts, task, dimensions, query, threshold, minScore }) {
  const found = new URLSearchParams();
  const set = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ usual = "") =>
    value !== usual && found.set(name, value);
  set("task", task);
  set("dimensions", dimensions, "768");
  set("query", query);
  set("threshold", threshold === null ? "" : String(threshold));
  set("min_score", minScore === null ? "" : String(minScore));
  set("texts", texts);
  return found.toString();
}

/** @param {string} hash @returns {State} */
export function read(hash) {
  const found = new URLSearchParams(hash.replace(/^#/, ""));
  const part = (/** @type {string} */ name) => {
    const value = Number(found.get(name) || Number.NaN);
    return value >= 0 && value <= 1 ? value : null;
  };
  return {
    texts: found.get("texts") ?? "",
    task: found.get("task") ?? "",
    dimensions: found.get("dimensions") ?? "768",
    query: found.get("query") ?? "",
    threshold: part("threshold"),
    minScore: part("min_score"),
  };
}
