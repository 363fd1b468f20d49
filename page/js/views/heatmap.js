/** The heat map: one cell per pair, explored with the pointer or the arrow keys. The colours are fixed: 0 to 1. */
import { byId, element, score, select as selectBox, short } from "../dom.js";
import { paint } from "./heatpixels.js";
import { onSelect, select, selected } from "./selection.js";

const LEAST_LABELLED = 9; // pixels of a cell that has a label
const WIDE_LABELS = 24; // columns up to which their numbers are horizontal
const HIGH = 704; // pixels of the box
const LABEL = { wide: 176, narrow: 96 }; // pixels of a label
const LARGEST = 40; // pixels of a cell
const MOST_NUMBERS = 60;

/** @typedef {{texts: string[], matrix: Float32Array, groups: import("../compute/clusters.js").Groups, spread: import("../view.js").View["spread"]}} Shown */
/** @type {Omit<Shown, "spread"> & {size: number, order: number[], at: number[]}} `order`: text of each row; `at`: row of each text */
let shown = { texts: [], matrix: new Float32Array(), groups: { order: [], groups: [], joined: 1, apart: 1, clear: false }, size: 0, order: [], at: [] };
let cursor = { row: 0, column: 0 };
let wide = 0; // pixels, when the cells were fitted
let painted = false;

export function start() {
  const map = byId("heat-map");
  map.addEventListener("pointermove", (event) => moveTo(cellAt(event)));
  map.addEventListener("pointerdown", (event) => moveTo(cellAt(event)));
  map.addEventListener("click", pick);
  map.addEventListener("focus", () => moveTo(cursor));
  map.addEventListener("keydown", (event) => {
    const next = afterKey(event);
    if (next) {
      event.preventDefault();
      moveTo(next);
      byId("heat-cursor").scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      pick();
    }
  });
  for (const id of ["heat-labels", "heat-columns"]) {
    byId(id).addEventListener("click", (event) => {
      const at = [...byId(id).children].indexOf(/** @type {Element} */ (/** @type {Element} */ (event.target).closest("li")));
      at >= 0 && select(shown.order[at]);
    });
  }
  byId("heat-numbers").addEventListener("toggle", numbers);
  selectBox("heat-order").addEventListener("change", arrange);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => byId("heat").clientWidth !== wide && fit()).observe(byId("heat"));
  onSelect(choose);
}

/** @param {Shown} view */
export function show({ texts, matrix, groups, spread: { low, high } }) {
  const size = texts.length;
  shown = { ...shown, texts, matrix, groups, size };
  byId("heat-map").setAttribute(
    "aria-label",
    `Cosines of ${size} texts, from ${score(low.score)} (${ordinal(low.pair)}) to ${score(high.score)} (${ordinal(high.pair)}).`,
  );
  byId("heat-numbers").hidden = size > MOST_NUMBERS;
  numbers();
  arrange();
}

/** Puts the rows into the chosen order. */
function arrange() {
  const { texts, groups, size } = shown;
  const grouped = selectBox("heat-order").value === "group";
  const order = grouped ? groups.order : texts.map((_, place) => place);
  const at = /** @type {number[]} */ (new Array(size));
  order.forEach((place, row) => (at[place] = row));
  shown = { ...shown, order, at };
  cursor = { row: 0, column: Math.min(1, size - 1) };
  byId("heat-cursor").hidden = true;
  painted = false;
  fit();
  outline();
}

/** Makes the cells as large as their box allows, and labels them if there is room. */
function fit() {
  const { texts, order, size } = shown;
  wide = byId("heat").clientWidth;
  const label = wide < 500 ? LABEL.narrow : LABEL.wide;
  const cell = Math.min(LARGEST, (wide - label) / size, HIGH / size);
  const labelled = cell >= LEAST_LABELLED ? order : [];
  const whole = labelled.length ? cell * size : Math.min(wide, HIGH);
  byId("heat").style.setProperty("--whole", `${Math.floor(whole)}px`);
  byId("heat").style.setProperty("--cell-size", `${Math.floor(10 * Math.min(cell, 14)) / 10}px`);
  byId("heat").classList.toggle("labelled", labelled.length > 0);
  byId("heat").classList.toggle("narrow", labelled.length > WIDE_LABELS);
  byId("heat-labels").replaceChildren(...labelled.map((place) => labelOf(`${place + 1} ${short(texts[place], 60)}`, texts[place])));
  byId("heat-columns").replaceChildren(...labelled.map((place) => labelOf(`${place + 1}`, texts[place])));
  choose(selected());
  painted || draw();
}

/** Outlines other groups of the same texts. @param {import("../compute/clusters.js").Groups} groups */
export function regroup(groups) {
  shown = { ...shown, groups };
  outline();
}

function outline() {
  const grouped = selectBox("heat-order").value === "group";
  const several = (grouped ? shown.groups.groups : []).filter((group) => group.length > 1);
  byId("heat-groups").replaceChildren(...several.map((group) => square(shown.at[group[0]], group.length)));
}

/** @param {string} content @param {string} text */
function labelOf(content, text) {
  return element("li", { dir: "auto", title: text.slice(0, 2000) }, content);
}

/** Outlines a group. @param {number} from @param {number} length */
function square(from, length) {
  const made = element("span", { class: "heat-group" });
  made.style.setProperty("--from", String(from / shown.size));
  made.style.setProperty("--length", String(length / shown.size));
  return made;
}

/** Draws the cells, unless they are folded away. */
function draw() {
  painted = shown.size > 0 && wide > 0;
  painted && void paint(/** @type {HTMLCanvasElement} */ (byId("heat-canvas")), shown.matrix, shown.order);
}

/** @param {PointerEvent} event */
function cellAt(event) {
  const box = byId("heat-map").getBoundingClientRect();
  const inside = (/** @type {number} */ part) => Math.max(0, Math.min(shown.size - 1, Math.floor(part * shown.size)));
  return { row: inside((event.clientY - box.top) / box.height), column: inside((event.clientX - box.left) / box.width) };
}

/** @param {KeyboardEvent} event */
function afterKey(event) {
  const last = shown.size - 1;
  const { row, column } = cursor;
  switch (event.key) {
    case "ArrowUp":
      return { row: Math.max(0, row - 1), column };
    case "ArrowDown":
      return { row: Math.min(last, row + 1), column };
    case "ArrowLeft":
      return { row, column: Math.max(0, column - 1) };
    case "ArrowRight":
      return { row, column: Math.min(last, column + 1) };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: last };
  }
  return null;
}

function pick() {
  select(shown.order[cursor.row], shown.order[cursor.column]);
}

/** Shows the selected text, or pair. @param {import("./selection.js").Pair} pair */
function choose({ place, other }) {
  const row = shown.at[place];
  for (const id of ["heat-labels", "heat-columns"]) {
    [...byId(id).children].forEach((item, at) => {
      item.classList.toggle("chosen", at === row || (other >= 0 && at === shown.at[other]));
    });
  }
  if (shown.size < 2) {
    byId("heat-cell").textContent = "Enter at least two texts to compare them.";
  } else if (row !== undefined) {
    moveTo({ row, column: shown.at[other] ?? row });
  }
}

/** @param {{row: number, column: number}} cell */
function moveTo({ row, column }) {
  cursor = { row, column };
  const mark = byId("heat-cursor");
  mark.hidden = false;
  mark.style.setProperty("--row", String(row / shown.size));
  mark.style.setProperty("--column", String(column / shown.size));
  mark.style.setProperty("--cell", String(1 / shown.size));
  const pair = [shown.order[row], shown.order[column]];
  byId("heat-cell").textContent =
    row === column ? quoted(pair[0]) : named(pair, shown.matrix[pair[0] * shown.size + pair[1]]);
}

/** @param {number} place */
function quoted(place) {
  return `${place + 1} “${short(shown.texts[place], 60)}”`;
}

/** @param {number[]} pair @param {number} value */
function named([one, other], value) {
  return `${score(value)} between ${quoted(one)} and ${quoted(other)}`;
}

/** @param {number[]} pair */
function ordinal([row, column]) {
  return `texts ${row + 1} and ${column + 1}`;
}

/** Builds the text alternative when it is opened. */
function numbers() {
  const { texts, matrix, size } = shown;
  byId("heat-table").replaceChildren();
  if (!(/** @type {HTMLDetailsElement} */ (byId("heat-numbers")).open) || size > MOST_NUMBERS) {
    return;
  }
  const head = texts.map((_, place) => element("th", { scope: "col" }, `${place + 1}`));
  const rows = texts.map((text, row) => {
    const cells = Array.from(matrix.subarray(row * size, (row + 1) * size), (value) => element("td", {}, score(value)));
    return element("tr", {}, element("th", { scope: "row", dir: "auto" }, `${row + 1} ${short(text, 28)}`), ...cells);
  });
  byId("heat-table").append(element("tr", {}, element("td"), ...head), ...rows);
}
