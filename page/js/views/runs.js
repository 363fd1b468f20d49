/** Compares settings: one row for each task and size of the same texts, compared with the first row. */
import { sameTexts } from "../service/embedded.js";
import { byId, element, percent, score } from "../dom.js";
import { change } from "../compute/vectors.js";

const MOST = 8;

/** @typedef {{task: string, dimensions: number, cells: string[]}} Row */
/** @type {{texts: string[], recorded: boolean, first: Float32Array, rows: Row[]}} only the first matrix is kept: 2,000 texts have 16 MB */
let shown = { texts: [], recorded: false, first: new Float32Array(), rows: [] };

/** @param {import("../view.js").View} view */
export function show({ texts, task, dimensions, matrix, recorded, spread: { mean, deviation } }) {
  if (!sameTexts(texts, shown.texts) || recorded !== shown.recorded) {
    shown = { texts, recorded, first: matrix, rows: [] };
  }
  const alike = (/** @type {Row} */ row) => row.task === task && row.dimensions === dimensions;
  if (!shown.rows.some(alike)) {
    const row = { task, dimensions, cells: [`${score(mean)} ± ${score(deviation)}`, ...compared(matrix)] };
    // keep the first row, because the others are compared with it
    shown.rows = shown.rows.length < MOST ? [...shown.rows, row] : [shown.rows[0], ...shown.rows.slice(2), row];
  }
  byId("runs-table").querySelector("tbody")?.replaceChildren(...shown.rows.map((row) => line(row, alike(row))));
}

/** @param {Row} row @param {boolean} current */
function line({ task, dimensions, cells }, current) {
  const names = [task || "none", String(dimensions)].map((text) => element("td", {}, text));
  const numbers = cells.map((text) => element("td", { class: "number" }, text));
  return element("tr", current ? { "aria-current": "true" } : {}, ...names, ...numbers);
}

/** @param {Float32Array} matrix */
function compared(matrix) {
  if (!shown.rows.length) {
    return ["–", "–", "–"];
  }
  const { mean, most, kept } = change(shown.first, matrix, shown.texts.length);
  return [score(mean), score(most), percent(kept)];
}
