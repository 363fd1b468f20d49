/** The groups of the texts, and the choice between coarser and finer ones. */
import { centre, groupsAt, isClear } from "../compute/clusters.js";
import { byId, counted, element, input, score } from "../dom.js";
import { entry, fill, mark, named } from "./entries.js";
import { sayGroups } from "./tiles.js";

const MOST_MEMBERS = 100; // texts of a group that are listed

/** @typedef {import("../compute/clusters.js").Groups} Groups */
/** @type {Pick<import("../view.js").View, "texts" | "matrix" | "tree"> | null} */
let shown = null;
/** @type {(groups: Groups) => void} */
let changed = () => {};

/** @param {(groups: Groups) => void} callback called when other groups are chosen */
export function start(callback) {
  changed = callback;
  input("fineness").addEventListener("input", () => shown && choose(shown.tree.cuts[Number(input("fineness").value)]));
  byId("widest").addEventListener("click", () => {
    shown && choose(shown.tree.found);
    input("fineness").focus(); // the button is hidden now
  });
}

/** Shows the groups at the widest gap. @param {import("../view.js").View} view */
export function show({ texts, matrix, tree, groups }) {
  shown = { texts, matrix, tree };
  byId("fineness-row").hidden = tree.cuts.length < 2;
  input("fineness").max = String(tree.cuts.length - 1);
  draw(tree.found, groups);
}

/** @param {number} count */
function choose(count) {
  if (shown) {
    const groups = groupsAt(shown.tree, count);
    draw(count, groups);
    mark();
    changed(groups);
  }
}

/** @param {number} count @param {Groups} groups */
function draw(count, groups) {
  const { texts, matrix, tree } = /** @type {NonNullable<typeof shown>} */ (shown);
  const several = groups.groups.filter((group) => group.length > 1).sort((one, other) => other.length - one.length);
  const slider = input("fineness");
  slider.value = String(tree.cuts.indexOf(count));
  slider.setAttribute("aria-valuetext", counted(several.length, "group"));
  byId("widest").hidden = count === tree.found;
  sayGroups(groups);
  byId("groups-note").textContent = note(tree, count, groups);
  fill("groups", several, (group) => members(texts, matrix, group));
}

/** Says how many groups there are, and how clearly they are separated. @param {import("../compute/clusters.js").Tree} tree @param {number} count @param {Groups} groups */
export function note(tree, count, { groups, joined, apart, clear }) {
  if (!groups.length) {
    return count === tree.found ? "No clear groups." : "Every text is alone.";
  }
  const several = groups.filter((group) => group.length > 1).length;
  const alone = groups.length - several;
  const found = `${counted(several, "group")}${alone ? ` and ${counted(alone, "single text")}` : ""}.`;
  const gap = `joined from a mean cosine of ${score(joined)}, the next two have ${score(apart)}.`;
  if (!clear) {
    return `${found} These groups overlap, without a clear gap: ${gap}`;
  }
  const coarser = count < 3 || tree.cuts.some((other) => other < count && isClear(tree, other));
  return `${found} A clear gap separates them: ${gap}${coarser ? "" : " Coarser groups, such as topics, overlap."}`;
}

/** @param {string[]} texts @param {Float32Array} matrix @param {number[]} group */
function members(texts, matrix, group) {
  const middle = centre(matrix, texts.length, group);
  const list = element("ul", { class: "entries" }, ...group.slice(0, MOST_MEMBERS).map((place) => entry(place, -1, named(texts, place))));
  return element("li", {}, entry(middle, -1, named(texts, middle)).firstElementChild ?? "",
    element("details", {}, element("summary", {}, `all ${counted(group.length, "text")}`), list));
}
