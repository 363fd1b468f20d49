/** The nearest neighbours of one text. */
import { bar, byId, element, select, short } from "./dom.js";
import { neighbours } from "./vectors.js";

const MOST = 5;
/** @type {{texts: string[], matrix: Float32Array}} */
let shown = { texts: [], matrix: new Float32Array() };

/** @param {(place: number) => void} picked called with the index of the selected text */
export function start(picked) {
  select("near-text").addEventListener("change", () => picked(Number(select("near-text").value)));
}

/** @param {string[]} texts @param {Float32Array} matrix */
export function show(texts, matrix) {
  shown = { texts, matrix };
  const options = texts.map((text, place) => element("option", { value: String(place) }, `${place + 1} ${short(text, 70)}`));
  select("near-text").replaceChildren(...options);
}

/** @param {number} place */
export function choose(place) {
  select("near-text").value = String(place);
  const found = neighbours(shown.matrix, shown.texts.length, place, MOST);
  byId("near-list").replaceChildren(
    ...found.map((item) => element("li", {}, ...bar(item.score, shown.texts[item.place]))),
  );
}
