/** The nearest neighbours of one text. */
import { byId, element, select as selectBox, short } from "../dom.js";
import { named, scored } from "./entries.js";
import { onSelect, select } from "./selection.js";
import { neighbours } from "../compute/vectors.js";

const MOST = 5;
/** @type {{texts: string[], matrix: Float32Array}} */
let shown = { texts: [], matrix: new Float32Array() };

export function start() {
  selectBox("near-text").addEventListener("change", () => select(Number(selectBox("near-text").value)));
  onSelect(({ place }) => choose(place));
}

/** @param {{texts: string[], matrix: Float32Array}} view */
export function show({ texts, matrix }) {
  shown = { texts, matrix };
  const options = texts.map((text, place) => element("option", { value: String(place) }, `${place + 1} ${short(text, 70)}`));
  selectBox("near-text").replaceChildren(...options);
}

/** @param {number} place */
function choose(place) {
  if (place < 0) {
    return;
  }
  selectBox("near-text").value = String(place);
  const found = neighbours(shown.matrix, shown.texts.length, place, MOST);
  byId("near-list").replaceChildren(...found.map((item) => scored(place, item.place, item.score, named(shown.texts, item.place))));
}
