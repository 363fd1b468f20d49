/** The heat map: one cell per pair, explored with the pointer or the arrow keys. */
import { byId, element, score, short } from "./dom.js";
import { extremes } from "./vectors.js";

const MOST_LABELS = 40;
const MOST_NUMBERS = 60;
const STEPS = 5; // colours of the ramp: --heat-0 to --heat-4

/** @type {{texts: string[], matrix: Float32Array, size: number, low: number, high: number}} */
let shown = { texts: [], matrix: new Float32Array(), size: 0, low: 0, high: 1 };
let cursor = { row: 0, column: 0 };

/** @param {(place: number) => void} picked called with the index of the selected row */
export function start(picked) {
  const map = byId("heat-map");
  map.addEventListener("pointermove", (event) => moveTo(cellAt(event)));
  map.addEventListener("pointerdown", (event) => moveTo(cellAt(event)));
  map.addEventListener("click", () => picked(cursor.row));
  map.addEventListener("focus", () => moveTo(cursor));
  map.addEventListener("keydown", (event) => {
    const next = afterKey(event);
    if (next) {
      event.preventDefault();
      moveTo(next);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      picked(cursor.row);
    }
  });
  byId("heat-numbers").addEventListener("toggle", numbers);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

/** @param {string[]} texts @param {Float32Array} matrix */
export function show(texts, matrix) {
  const size = texts.length;
  const { low, high } = extremes(matrix, size);
  shown = { texts, matrix, size, low: size > 1 ? low.score : 0, high: size > 1 ? high.score : 1 };
  cursor = { row: 0, column: Math.min(1, size - 1) };
  byId("heat-cursor").hidden = true;
  byId("heat-cell").textContent = size > 1 ? `Most similar: ${named(high.pair, high.score)}` : "Enter at least two texts to compare them.";
  byId("heat-low").textContent = score(shown.low);
  byId("heat-high").textContent = score(shown.high);
  byId("heat-map").setAttribute(
    "aria-label",
    `Cosines of ${size} texts, from ${score(shown.low)} (${ordinal(low.pair)}) to ${score(shown.high)} (${ordinal(high.pair)}).`,
  );
  byId("heat-labels").replaceChildren(
    ...(size <= MOST_LABELS ? texts : []).map((text) => element("li", { dir: "auto", title: text }, text)),
  );
  byId("heat-numbers").hidden = size > MOST_NUMBERS;
  numbers();
  draw();
}

function draw() {
  const { matrix, size, low, high } = shown;
  if (!size) {
    return;
  }
  const canvas = /** @type {HTMLCanvasElement} */ (byId("heat-canvas"));
  canvas.width = canvas.height = size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(size, size);
  // one write per pixel, since there can be four million
  const colours = new Uint32Array(Uint8ClampedArray.from(ramp().flat()).buffer);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = 255 / (high - low || 1);
  for (let place = 0; place < matrix.length; place++) {
    pixels[place] = colours[Math.round(Math.max(0, Math.min(255, (matrix[place] - low) * scale)))];
  }
  context.putImageData(image, 0, 0);
}

/** Returns 256 colours, interpolated between those of the style sheet. @returns {number[][]} */
export function ramp() {
  const style = getComputedStyle(document.documentElement);
  const stops = Array.from({ length: STEPS }, (_, step) => {
    const hex = style.getPropertyValue(`--heat-${step}`).trim();
    return [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
  });
  return Array.from({ length: 256 }, (_, place) => {
    const at = (place / 255) * (STEPS - 1);
    const step = Math.min(STEPS - 2, Math.floor(at));
    return [...stops[step].map((value, i) => value + (stops[step + 1][i] - value) * (at - step)), 255];
  });
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

/** @param {{row: number, column: number}} cell */
function moveTo({ row, column }) {
  cursor = { row, column };
  const mark = byId("heat-cursor");
  mark.hidden = false;
  mark.style.setProperty("--row", String(row / shown.size));
  mark.style.setProperty("--column", String(column / shown.size));
  mark.style.setProperty("--cell", String(1 / shown.size));
  byId("heat-cell").textContent = named([row, column], shown.matrix[row * shown.size + column]);
}

/** @param {number[]} pair @param {number} value */
function named([row, column], value) {
  const [one, other] = [row, column].map((place) => `${place + 1} “${short(shown.texts[place], 60)}”`);
  return `${score(value)} between ${one} and ${other}`;
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
