/** The threshold of pairs: a histogram of all pairs, the pairs above the threshold, and a suggestion. */
import { middleOf } from "../compute/clusters.js";
import { byId, count, element, input, pause, percent, svg } from "../dom.js";
import { NEAR } from "../compute/duplicates.js";
import { mark, named, scored } from "./entries.js";
import { sayThreshold } from "./tiles.js";
import { BINS, histogram, pairsAbove, shares } from "../compute/histogram.js";

const MOST = 20; // pairs in the list
const HIGH = 24; // of the drawing, as in the page

/** @type {{texts: string[], matrix: Float32Array, most: number}} */
let shown = { texts: [], matrix: new Float32Array(), most: 0 };
/** @type {number | null} a threshold that the person has chosen */
let chosen = null;
let suggestion = NEAR;
/** @type {() => void} */
let changed = () => {};

/** @param {() => void} callback called when the threshold has changed */
export function start(callback) {
  changed = callback;
  input("threshold").addEventListener("input", () => set(Number(input("threshold").value)));
  byId("suggested").addEventListener("click", () => set(suggestion));
}

/** Returns the threshold that was chosen, or null. */
export function chosenThreshold() {
  return chosen;
}

/** Returns the threshold from which pairs count as near duplicates. */
export function threshold() {
  return chosen ?? NEAR;
}

/** @param {number | null} value */
export function set(value) {
  chosen = value === null ? null : Math.round(100 * Math.max(0, Math.min(1, value))) / 100;
  draw();
  mark();
  changed();
}

/** Shows all pairs, in steps, so that the page responds between them. @param {import("../view.js").View} view */
export async function show({ texts, matrix, groups }) {
  const counts = histogram(matrix, texts.length);
  const most = counts.reduce((high, value) => Math.max(high, value), 1);
  shown = { texts, matrix, most };
  const bars = [...counts].map((value, bin) => {
    const high = (HIGH * Math.sqrt(value)) / Math.sqrt(most); // so that few pairs are visible beside many
    return svg("rect", { x: `${(100 / BINS) * bin}`, width: `${100 / BINS - 0.2}`, y: `${HIGH - high}`, height: `${high}` });
  });
  byId("histogram").replaceChildren(...bars);
  await pause();
  if (shown.matrix !== matrix) return;
  regroup(groups);
  await pause();
  if (shown.matrix === matrix) draw();
}

/** Suggests the middle of the gap between these groups. @param {import("../compute/clusters.js").Groups} groups */
export function regroup(groups) {
  const { texts, matrix } = shown;
  const none = !groups.groups.length;
  byId("suggested").hidden = none;
  if (none) {
    sayThreshold(null, { within: 0, across: 0 });
    byId("cutoff-answer").textContent = "Without groups, there is no suggestion. Drag the threshold, and look at the pairs above it.";
    return;
  }
  suggestion = Math.round(100 * middleOf(groups)) / 100;
  const { within, across } = shares(matrix, texts.length, groups.groups, suggestion);
  sayThreshold(suggestion, { within, across });
  byId("suggested").textContent = `Use the suggestion ${suggestion.toFixed(2)}`;
  byId("cutoff-answer").textContent =
    `${suggestion.toFixed(2)} is the middle of the gap between the groups: ${percent(within)} of the pairs within a group are at or above it, and ${percent(across)} of the pairs of different groups.`;
}

/** Shows the pairs above the threshold. */
function draw() {
  const value = threshold();
  const { texts, matrix } = shown;
  input("threshold").value = String(value);
  const { count: above, pairs } = pairsAbove(matrix, texts.length, value, MOST);
  const all = (texts.length * (texts.length - 1)) / 2;
  byId("threshold-value").textContent = `${value.toFixed(2)}: ${count(above)} of ${count(all)} pairs are at or above it`;
  [...byId("histogram").children].forEach((bar, bin) => bar.classList.toggle("over", (bin + 1) / BINS > value + 1e-9));
  byId("above").replaceChildren(
    ...pairs.map(({ i, j, score }) => scored(i, j, score, named(texts, i), named(texts, j))),
    ...(above > pairs.length ? [element("li", { class: "hint" }, `and ${count(above - pairs.length)} more`)] : []),
  );
}
