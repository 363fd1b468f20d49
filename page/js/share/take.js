/** Takes the result out of the page: files, the texts without duplicates, and a link. */
import { duplicates } from "../compute/duplicates.js";
import { truncated } from "../compute/sizes.js";
import { nearest } from "../compute/vectors.js";
import { byId, count, counted, input } from "../dom.js";
import { threshold } from "../views/cutoff.js";
import { csvOf, jsonlOf, npyOf, withoutDuplicates } from "./exports.js";

const MOST_LINK = 30_000; // characters of texts in a link

/** @typedef {import("../view.js").View} View */
/** @type {View | null} */
let shown = null;
/** @type {number[][]} */
let groups = [];

/** @param {(texts: string) => string} link returns the link to the result, with these texts */
export function start(link) {
  byId("take-csv").addEventListener("click", () => shown && download("texts.csv", "text/csv", csvOf(result(shown))));
  byId("take-jsonl").addEventListener("click", () => shown && download("vectors.jsonl", "application/jsonl", jsonlOf(shown.texts, rows(shown))));
  byId("take-npy").addEventListener("click", () => shown && download("vectors.npy", "application/octet-stream", npyOf(rows(shown))));
  byId("take-unique").addEventListener("click", () => {
    const left = shown ? withoutDuplicates(shown.texts, sets(shown)) : [];
    void copy(left.join("\n"), `Copied ${counted(left.length, "text")} without duplicates (cosine below ${threshold().toFixed(2)}).`);
  });
  byId("take-link").addEventListener("click", () => {
    const texts = input("link-texts").checked && shown ? shown.texts.join("\n") : "";
    const holds = texts ? `${counted(shown?.texts.length ?? 0, "text")} (${count(texts.length)} characters) and the settings. Whoever has the link can read them` : "the settings, and no texts";
    void copy(link(texts), `Copied. The link contains ${holds}.`);
  });
}

/** @param {View} view */
export function show(view) {
  shown = view;
  groups = view.groups.groups;
  const long = view.texts.join("\n").length > MOST_LINK;
  input("link-texts").disabled = long || view.recorded;
  input("link-texts").checked = false;
  byId("link-note").textContent = long && !view.recorded ? ` (too long for a link: over ${count(MOST_LINK)} characters)` : "";
}

/** @param {import("../compute/clusters.js").Groups} chosen */
export function regroup(chosen) {
  groups = chosen.groups;
}

/** @param {View} view */
function sets({ texts, matrix }) {
  return duplicates(texts, matrix, threshold());
}

/** @param {View} view */
function rows({ full, dimensions }) {
  return full.map((row) => truncated(row, dimensions));
}

/** @param {View} view */
function result(view) {
  const { texts, matrix, isolated } = view;
  const outliers = isolated.filter(({ outlier }) => outlier).map(({ place }) => place);
  const several = groups.filter((group) => group.length > 1);
  return { texts, matrix, groups: several, outliers, sets: sets(view), nearest: (/** @type {number} */ place) => nearest(matrix, texts.length, place) };
}

/** @param {string} name @param {string} type @param {string | Uint8Array<ArrayBuffer>} content */
function download(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  byId("take-note").textContent = `${name} was made on this page.`;
}

/** @param {string} text @param {string} done */
async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    byId("take-note").textContent = done;
  } catch {
    byId("take-note").textContent = `The browser does not allow copying here: ${text.slice(0, 2000)}`; // it needs https and permission
  }
}
