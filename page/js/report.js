/** The report of the texts: duplicates and isolated texts, and how many groups there are. */
import { equalTexts, isolated, NEAR, nearDuplicates } from "./duplicates.js";
import { byId, counted, element, score } from "./dom.js";
import { entry, fill, named, scored } from "./entries.js";

const MOST = 20; // entries of a set
const MOST_ISOLATED = 6;

/** @param {import("./view.js").View} view */
export function show({ texts, matrix, groups }) {
  byId("report").hidden = texts.length < 2;
  const same = equalTexts(texts);
  const near = nearDuplicates(matrix, texts.length, same);
  const far = outliersFirst(matrix, texts.length, groups.groups);
  const outliers = far.filter(({ outlier }) => outlier).map(({ place }) => place);
  const several = groups.groups.filter((group) => group.length > 1).length;
  byId("report-answer").textContent = [
    `${counted(same.length, "set")} of equal texts and ${counted(near.length, "set")} of near duplicates.`,
    outliers.length ? `${counted(outliers.length, "outlier")}: ${lineNumbers(outliers)}.` : "No outliers.",
    several ? `${counted(several, "group")}.` : "No clear groups.",
  ].join(" ");
  const sets = [...same.map((set) => ({ set, what: "equal" })), ...near.map((set) => ({ set, what: `${score(NEAR)} or more` }))];
  fill("duplicates", sets, (item) => duplicates(texts, matrix, item));
  fill("isolated", far.slice(0, Math.max(MOST_ISOLATED, outliers.length)), (item) => lonely(texts, item));
}

/** @typedef {{place: number, other: number, score: number, outlier: boolean}} Isolated */

/**
 * Returns all texts, the outliers first: those far below the others, and those that are alone in a group.
 *
 * @param {Float32Array} matrix @param {number} size @param {number[][]} groups
 * @returns {Isolated[]}
 */
function outliersFirst(matrix, size, groups) {
  const alone = new Set(groups.filter((group) => group.length === 1).flat());
  const all = isolated(matrix, size).map((item) => ({ ...item, outlier: item.outlier || alone.has(item.place) }));
  return [...all.filter(({ outlier }) => outlier), ...all.filter(({ outlier }) => !outlier)];
}

/** @param {string[]} texts @param {Isolated} item */
function lonely(texts, { place, other, score: value, outlier }) {
  return scored(place, other, value, outlier ? element("strong", {}, "outlier ") : "", named(texts, place));
}

/** @param {number[]} places */
function lineNumbers(places) {
  const shown = places.slice(0, MOST).map((place) => place + 1).join(", ");
  return places.length > MOST ? `${shown} …` : shown;
}

/** @param {string[]} texts @param {Float32Array} matrix @param {{set: number[], what: string}} item */
function duplicates(texts, matrix, { set, what }) {
  const [first, ...others] = set;
  const entries = others.slice(0, MOST).map((other) => scored(first, other, matrix[first * texts.length + other], named(texts, other)));
  return element("li", {}, element("span", { class: "hint" }, `${counted(set.length, "text")}, ${what}: lines ${lineNumbers(set)}`),
    element("ul", { class: "entries" }, entry(first, -1, named(texts, first)), ...entries));
}
