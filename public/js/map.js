/** The map: a dot for each text, projected to two dimensions. */
import { byId, short } from "./dom.js";
import { ramp } from "./heatmap.js";
import { project } from "./pca.js";

const EDGE = 24; // pixels
const HIGH = 0.75; // as in the style sheet
const MOST_LABELS = 60;
const LABEL_LETTERS = 22;
const LETTER = 6; // about the width of a letter
const LINE = 13;

/** @type {{texts: string[], matrix: Float32Array, axes: [number[], number[]]}} */
let shown = { texts: [], matrix: new Float32Array(), axes: [[], []] };
/** @type {{width: number, height: number, x: number[], y: number[]}} in pixels */
let drawn = { width: 0, height: 0, x: [], y: [] };
let chosen = 0;
/** @type {(place: number) => void} */
let picked = () => {};

/** @param {(place: number) => void} callback called with the index of the selected text */
export function start(callback) {
  picked = callback;
  const map = byId("map");
  map.addEventListener("click", (event) => pick(/** @type {Element} */ (event.target).closest(".dot")));
  map.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      focusNext(step);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      pick(document.activeElement);
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colour);
  new ResizeObserver(() => map.clientWidth !== drawn.width && draw()).observe(map);
}

/** @param {string[]} texts @param {Float32Array} matrix */
export function show(texts, matrix) {
  const made = project(matrix, texts.length);
  const same = texts.length === shown.texts.length && texts.every((text, place) => text === shown.texts[place]);
  const [x, y] = same ? shown.axes : [];
  chosen = 0;
  shown = { texts, matrix, axes: [facing(made.x, x), facing(made.y, y)] };
  byId("map-note").textContent =
    `The two axes are the first two principal components. They explain ${Math.round(100 * made.share)}% of the variance.`;
  draw();
}

/** Places the dots in the available width, with the same scale for both axes. */
function draw() {
  const map = byId("map");
  const width = map.clientWidth;
  if (!width || !shown.texts.length) {
    return;
  }
  const height = Math.round(width * HIGH);
  const [x, y] = shown.axes.map(range);
  const scale = Math.min((width - 2 * EDGE) / (x.wide || 1), (height - 2 * EDGE) / (y.wide || 1));
  const placed = (/** @type {number[]} */ axis, /** @type {number} */ middle, /** @type {number} */ room) =>
    axis.map((value) => room / 2 + (value - middle) * scale);
  drawn = { width, height, x: placed(shown.axes[0], x.middle, width), y: placed(shown.axes[1], y.middle, height) };
  map.setAttribute("viewBox", `0 0 ${width} ${height}`);
  map.replaceChildren(...shown.texts.map(dot));
  if (shown.texts.length <= MOST_LABELS) {
    label();
  }
  choose(chosen);
}

/** Selects a text, and colours the others by their cosine with it. @param {number} place */
export function choose(place) {
  chosen = place;
  dots().forEach((node, at) => {
    node.classList.toggle("chosen", at === place);
    node.setAttribute("tabindex", at === place ? "0" : "-1");
    node.setAttribute("aria-pressed", String(at === place));
  });
  colour();
}

function colour() {
  const size = shown.texts.length;
  const row = [...shown.matrix.subarray(chosen * size, (chosen + 1) * size)];
  const low = Math.min(...row);
  const colours = ramp();
  dots().forEach((node, at) => {
    const part = (row[at] - low) / (1 - low || 1);
    const [red, green, blue] = colours[Math.round(Math.max(0, Math.min(1, part)) * 255)];
    /** @type {SVGElement} */ (node.firstElementChild).style.fill = `rgb(${red} ${green} ${blue})`;
  });
}

/** The sign of an axis is arbitrary. Keeps the sign that was shown before. @param {Float64Array} axis @param {number[]} [before] */
function facing(axis, before) {
  const along = before ? axis.reduce((sum, value, place) => sum + value * before[place], 0) : 1;
  return [...axis].map((value) => (along < 0 ? -value : value));
}

/** @param {number[]} values */
function range(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return { middle: (low + high) / 2, wide: high - low };
}

/** @param {string} text @param {number} place */
function dot(text, place) {
  const group = svg("g", { class: "dot", role: "button", "aria-label": text, transform: `translate(${drawn.x[place].toFixed(1)} ${drawn.y[place].toFixed(1)})` });
  group.append(svg("circle", { r: shown.texts.length > 300 ? "3" : "6" }), svg("title", {}));
  /** @type {Element} */ (group.lastChild).textContent = text;
  return group;
}

/** Places a label where it fits: right, left, above or below the dot. */
function label() {
  const taken = shown.texts.map((_, place) => box(drawn.x[place] - 7, drawn.y[place] - 7, 14, 14));
  dots().forEach((node, place) => {
    const number = String(place + 1);
    const spot = roomFor(`${number} ${short(shown.texts[place], LABEL_LETTERS)}`, place, taken) ?? roomFor(number, place, taken);
    if (spot) {
      taken.push(spot.box);
      const words = svg("text", { x: spot.x, y: spot.y, "aria-hidden": "true" });
      words.textContent = spot.text;
      node.append(words);
    }
  });
}

/**
 * @param {string} text
 * @param {number} place
 * @param {ReturnType<typeof box>[]} taken
 */
function roomFor(text, place, taken) {
  const wide = [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 * LETTER : LETTER), 0);
  const [x, y] = [drawn.x[place], drawn.y[place]];
  const found = [
    box(x + 9, y - 6, wide, LINE),
    box(x - 9 - wide, y - 6, wide, LINE),
    box(x - wide / 2, y - 21, wide, LINE),
    box(x - wide / 2, y + 9, wide, LINE),
  ].find((spot) => inside(spot) && !taken.some((other) => over(spot, other)));
  return found && { text, box: found, x: (found.left + wide / 2 - x).toFixed(1), y: (found.top + 10 - y).toFixed(1) };
}

/** @param {number} left @param {number} top @param {number} width @param {number} height */
function box(left, top, width, height) {
  return { left, top, right: left + width, bottom: top + height };
}

/** @param {ReturnType<typeof box>} a */
function inside(a) {
  return a.left >= 0 && a.right <= drawn.width && a.top >= 0 && a.bottom <= drawn.height;
}

/** @param {ReturnType<typeof box>} a @param {ReturnType<typeof box>} b */
function over(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function dots() {
  return [...byId("map").querySelectorAll(".dot")];
}

/** Moves the focus, from left to right. @param {number} step */
function focusNext(step) {
  const order = drawn.x.map((_, place) => place).sort((a, b) => drawn.x[a] - drawn.x[b]);
  const nodes = dots();
  const now = order.indexOf(nodes.indexOf(/** @type {Element} */ (document.activeElement)));
  const next = order[(now + step + order.length) % order.length];
  /** @type {SVGElement} */ (nodes[next]).focus();
}

/** @param {Element | null} node */
function pick(node) {
  const place = node ? dots().indexOf(node) : -1;
  if (place >= 0) {
    picked(place);
  }
}

/** @param {string} name @param {Record<string, string>} attributes */
function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}
