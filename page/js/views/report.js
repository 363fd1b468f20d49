/** The report of the texts: duplicates and isolated texts, and how many groups there are. */
import { threshold } from "./cutoff.js";
import { byId, count, counted, element } from "../dom.js";
import { duplicates } from "../compute/duplicates.js";
import { entry, fill, mark, named, scored } from "./entries.js";
import { sayDuplicates, sayOutliers } from "./tiles.js";

const MOST = 20; // entries of a set
const MOST_ISOLATED = 6;

/** @type {import("../view.js").View | null} */
let shown = null;

/** @param {import("../view.js").View} view */
export function show(view) {
  shown = view;
  const { texts, groups, isolated: far } = view;
  const outliers = far.filter(({ outlier }) => outlier).map(({ place }) => place);
  sayOutliers(outliers);
  const several = groups.groups.filter((group) => group.length > 1).length;
  byId("report-others").textContent = [
    outliers.length ? `${counted(outliers.length, "outlier")}: ${lineNumbers(outliers)}.` : "No outliers.",
    several ? `${counted(several, "group")}.` : "No clear groups.",
  ].join(" ");
  fill("isolated", far.slice(0, Math.max(MOST_ISOLATED, outliers.length)), (item) => lonely(texts, item));
  redraw();
}

/** Lists the duplicates again, with the threshold of pairs that is chosen now. */
export function redraw() {
  if (!shown) {
    return;
  }
  const { texts, matrix } = shown;
  const least = threshold();
  const sets = duplicates(texts, matrix, least);
  sayDuplicates(sets, least);
  byId("report-duplicates").textContent = sentence(sets, least);
  fill("duplicates", sets, (set) => duplicate(texts, matrix, set, least));
  mark();
}

/** @param {import("../compute/duplicates.js").Duplicates[]} sets @param {number} least */
function sentence(sets, least) {
  const equal = sets.reduce((sum, set) => sum + set.equal, 0);
  const all = sets.reduce((sum, { places }) => sum + places.length - 1, 0);
  const parts = [equal ? `${count(equal)} equal` : "", all > equal ? `${count(all - equal)} near (${least.toFixed(2)} or more)` : ""];
  return all ? `${counted(all, "duplicate")} in ${counted(sets.length, "set")}: ${parts.filter(Boolean).join(", ")}.` : "No duplicates.";
}

/** @param {string[]} texts @param {{place: number, other: number, score: number, outlier: boolean}} item */
function lonely(texts, { place, other, score: value, outlier }) {
  return scored(place, other, value, outlier ? element("strong", {}, "outlier ") : "", named(texts, place));
}

/** @param {number[]} places */
function lineNumbers(places) {
  const shown = places.slice(0, MOST).map((place) => place + 1).join(", ");
  return places.length > MOST ? `${shown} …` : shown;
}

/** @param {string[]} texts @param {Float32Array} matrix @param {import("../compute/duplicates.js").Duplicates} set @param {number} least */
function duplicate(texts, matrix, { places, equal }, least) {
  const [first, ...others] = places;
  const score = (/** @type {number} */ one, /** @type {number} */ other) => matrix[one * texts.length + other];
  const entries = others.slice(0, MOST).map((place) => {
    const like = places.reduce((best, other) => (other < place && score(other, place) > score(best, place) ? other : best), first);
    return scored(like, place, score(like, place), named(texts, place));
  });
  const near = `near (${least.toFixed(2)} or more)`;
  const what = equal === others.length ? "equal" : equal ? `equal or ${near}` : near;
  return element("li", {}, element("span", { class: "hint" }, `${counted(places.length, "text")}, ${what}: lines ${lineNumbers(places)}`),
    element("ul", { class: "entries" }, entry(first, -1, named(texts, first)), ...entries));
}
