/** The report of the texts: duplicates, isolated texts and groups. */
import { centre } from "./clusters.js";
import { isolated, nearDuplicates, NEAR, sameTexts } from "./duplicates.js";
import { byId, count, counted, element, score } from "./dom.js";
import { entry, named, scored } from "./entries.js";

const MOST = 20; // entries of a list
const MOST_ISOLATED = 6;

/** @param {import("./view.js").View} view */
export function show({ texts, matrix, groups }) {
  byId("report").hidden = texts.length < 2;
  const same = sameTexts(texts);
  const near = nearDuplicates(matrix, texts.length, same);
  const alone = new Set(groups.groups.filter((group) => group.length === 1).flat());
  const far = isolated(matrix, texts.length, Math.max(MOST_ISOLATED, Math.min(MOST, alone.size)));
  const outliers = far.filter((item) => item.outlier || alone.has(item.place));
  const named = groups.groups.filter((group) => group.length > 1);
  byId("report-answer").textContent = [
    `${counted(same.length, "set")} of equal texts and ${counted(near.length, "set")} of near duplicates.`,
    outliers.length ? `${counted(outliers.length, "outlier")}: ${outliers.map(({ place }) => place + 1).join(", ")}.` : "No outliers.",
    named.length ? `${counted(named.length, "group")}, mean silhouette ${score(groups.quality)}.` : "No clear groups.",
  ].join(" ");
  fill("duplicates", [...same.map((set) => ({ set, what: "equal" })), ...near.map((set) => ({ set, what: `${score(NEAR)} or more` }))], (item) => duplicates(texts, matrix, item));
  fill("isolated", far, ({ place, other, score: value, outlier }) => {
    const mark = outlier || alone.has(place) ? element("strong", {}, "outlier ") : "";
    return scored(place, other, value, mark, label(texts, place));
  });
  fill("groups", named.sort((a, b) => b.length - a.length), (group) => members(texts, matrix, group));
}

/** @template T @param {string} id @param {T[]} items @param {(item: T) => HTMLElement} made */
function fill(id, items, made) {
  const shown = items.slice(0, MOST).map(made);
  const rest = items.length - shown.length;
  const note = rest ? `and ${count(rest)} more` : items.length ? "" : "none";
  byId(id).replaceChildren(...shown, ...(note ? [element("li", { class: "hint" }, note)] : []));
}

const label = named;

/** @param {string[]} texts @param {Float32Array} matrix @param {{set: number[], what: string}} item */
function duplicates(texts, matrix, { set, what }) {
  const [first, ...others] = set;
  const entries = others.slice(0, MOST).map((other) => scored(first, other, matrix[first * texts.length + other], label(texts, other)));
  return element("li", {}, element("span", { class: "hint" }, `${counted(set.length, "text")}, ${what}: lines ${set.slice(0, MOST).map((place) => place + 1).join(", ")}`),
    element("ul", { class: "entries" }, entry(first, -1, label(texts, first)), ...entries));
}

/** @param {string[]} texts @param {Float32Array} matrix @param {number[]} group */
function members(texts, matrix, group) {
  const middle = centre(matrix, texts.length, group);
  const list = element("ul", { class: "entries" }, ...group.slice(0, 100).map((place) => entry(place, -1, label(texts, place))));
  return element("li", {}, entry(middle, -1, label(texts, middle)).firstElementChild ?? "",
    element("details", {}, element("summary", {}, `all ${counted(group.length, "text")}`), list));
}
