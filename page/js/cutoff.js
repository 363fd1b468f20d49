/** The threshold: a histogram of all pairs, the pairs above the threshold, and a suggestion. */
import { byId, count, element, input, percent, svg } from "./dom.js";
import { named, scored } from "./entries.js";
import { BINS, histogram, pairsAbove, separation } from "./histogram.js";

const MOST = 20; // pairs in the list
const HIGH = 24; // of the drawing, as in the page

/** @type {{texts: string[], matrix: Float32Array, most: number}} */
let shown = { texts: [], matrix: new Float32Array(), most: 0 };
/** @type {number | null} a threshold that the person has chosen */
let chosen = null;
let suggestion = 0.5;
/** @type {() => void} */
let changed = () => {};

/** @param {() => void} callback called when the threshold has changed */
export function start(callback) {
  changed = callback;
  input("threshold").addEventListener("input", () => set(Number(input("threshold").value)));
  byId("suggested").addEventListener("click", () => set(suggestion));
}

/** Returns the threshold, or null if none was chosen. */
export function threshold() {
  return chosen;
}

/** @param {number | null} value */
export function set(value) {
  chosen = value === null ? null : Math.round(100 * Math.max(0, Math.min(1, value))) / 100;
  draw();
  changed();
}

/** @param {import("./view.js").View} view */
export function show({ texts, matrix, groups }) {
  const counts = histogram(matrix, texts.length);
  const most = counts.reduce((high, value) => Math.max(high, value), 1);
  shown = { texts, matrix, most };
  byId("cutoff").hidden = texts.length < 2;
  const bars = [...counts].map((value, bin) => {
    const high = (HIGH * Math.sqrt(value)) / Math.sqrt(most); // so that few pairs are visible beside many
    return svg("rect", { x: `${(100 / BINS) * bin}`, width: `${100 / BINS - 0.2}`, y: `${HIGH - high}`, height: `${high}` });
  });
  byId("histogram").replaceChildren(...bars);
  const found = separation(matrix, texts.length, groups.groups);
  suggestion = found?.threshold ?? 0.5;
  byId("suggested").hidden = !found;
  byId("suggested").textContent = `Use the suggestion ${suggestion.toFixed(2)}`;
  byId("cutoff-answer").textContent = found
    ? `${found.threshold.toFixed(2)} separates the groups best: ${percent(found.within)} of the pairs within a group are above it, and ${percent(found.across)} of the pairs of different groups.`
    : "The texts have no clear groups, so the page suggests no threshold. Drag it, and look at the pairs above it.";
  draw();
}

/** Shows what is above the threshold. */
function draw() {
  const value = chosen ?? suggestion;
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
