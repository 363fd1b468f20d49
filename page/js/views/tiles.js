/** The answers on top: groups, duplicates, outliers, the smallest good vector, and the threshold of pairs. */
import { byId, count, counted, percent, score } from "../dom.js";
import { openPart } from "./parts.js";

const MOST = 6; // line numbers

/** Starts the links to the sections. */
export function start() {
  byId("answers").addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a");
    if (link instanceof HTMLElement && link.dataset.part) {
      event.preventDefault(); // the fragment of the address has the state of the page
      openPart(link.dataset.part);
    }
  });
}

/** @param {string} name @param {string} figure @param {string} fact */
function say(name, figure, fact) {
  const tile = byId(`tile-${name}`);
  /** @type {Element} */ (tile.querySelector(".figure")).textContent = figure;
  /** @type {Element} */ (tile.querySelector(".fact")).textContent = fact;
}

/** @param {import("../compute/clusters.js").Groups} groups */
export function sayGroups({ groups, joined, apart, clear }) {
  const several = groups.filter((group) => group.length > 1).length;
  const alone = groups.length - several;
  if (!several) {
    say("groups", "No groups", "No cut separates these texts clearly.");
    return;
  }
  const single = alone ? `and ${counted(alone, "single text")}, ` : "";
  const gap = `${score(joined)} within, ${score(apart)} to the next`;
  say("groups", counted(several, "group"), `${single}${clear ? "clearly apart" : "which overlap"}: ${gap}.`);
}

/** @param {import("../compute/duplicates.js").Duplicates[]} sets @param {number} least */
export function sayDuplicates(sets, least) {
  const all = sets.reduce((sum, { places }) => sum + places.length - 1, 0);
  const equal = sets.reduce((sum, set) => sum + set.equal, 0);
  say("duplicates", all ? counted(all, "duplicate") : "No duplicates", all
    ? `in ${counted(sets.length, "set")}: ${count(equal)} equal, ${count(all - equal)} with a cosine of ${least.toFixed(2)} or more.`
    : `No two texts are equal or have a cosine of ${least.toFixed(2)}.`);
}

/** @param {number[]} places of the outliers */
export function sayOutliers(places) {
  const lines = [...places].sort((one, other) => one - other).slice(0, MOST).map((place) => place + 1).join(", ");
  say("outliers", places.length ? counted(places.length, "outlier") : "No outliers", places.length
    ? `${places.length === 1 ? "line" : "lines"} ${lines}${places.length > MOST ? " …" : ""}: far from every other text.`
    : "Every text is near another one.");
}

/** @param {import("../compute/sizes.js").Comparison | null} best @param {number} full bytes @param {number} nearest */
export function saySize(best, full, nearest) {
  best
    ? say("size", `${best.dimensions} × ${best.type}`, `${count(best.bytes)} bytes instead of ${count(full)} keep ${Math.floor(100 * best.kept + 1e-6)}% of the ${nearest === 1 ? "" : `${nearest} `}nearest texts.`)
    : say("size", "Not known", "It takes three texts to compare sizes.");
}

/** @param {number | null} value @param {{within: number, across: number}} shares */
export function sayThreshold(value, { within, across }) {
  value === null
    ? say("threshold", "None", "Without groups, nothing suggests a threshold.")
    : say("threshold", value.toFixed(2), `${percent(within)} of the pairs within a group are at or above it, and ${percent(across)} of the others.`);
}
