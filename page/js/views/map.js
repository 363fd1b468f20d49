/** The map: a dot for each text, placed by the first two components, or by neighbourhood if those explain too little. */
import { byId, pause, percent, short, svg } from "../dom.js";
import { sameTexts } from "../service/embedded.js";
import { placeLabels } from "./labels.js";
import { project } from "../pca.js";
import { ramp } from "./ramp.js";
import { onSelect, select } from "./selection.js";
import { arranged, neighboursKept } from "../tsne.js";

const EDGE = 24; // pixels
const HIGH = 0.75; // as in the style sheet
const MOST_LABELS = 60;
const LEAST_SHARE = 0.5; // of the variance, for a map of two components
const LEAST_ARRANGED = 6; // texts
const MOST_ARRANGED = 300; // texts

/** @typedef {{texts: string[], matrix: Float32Array}} Shown */
/** @type {Shown & {axes: number[][]}} `axes` is empty if there is no map */
let shown = { texts: [], matrix: new Float32Array(), axes: [] };
/** @type {{width: number, height: number, x: number[], y: number[]}} in pixels */
let drawn = { width: 0, height: 0, x: [], y: [] };
/** @type {import("./selection.js").Pair} */
let chosen = { place: 0, other: -1 };
let latest = 0; // number of the newest call of `show`

export function start() {
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
  onSelect(choose);
}

/** Draws the map. Only the newest call has an effect. @param {Shown} view */
export async function show({ texts, matrix }) {
  const number = ++latest;
  const before = sameTexts(texts, shown.texts) ? shown.axes : [];
  if (!before.length) {
    shown = { texts, matrix, axes: [] };
    byId("map-note").textContent = "";
    draw();
  }
  const made = await placed(texts, matrix, async () => {
    await pause();
    if (number !== latest) {
      throw new Outdated();
    }
  }).catch(outdated);
  if (!made) {
    return;
  }
  shown = { texts, matrix, axes: made.axes.map((axis, number) => facing(axis, before[number])) };
  byId("map-note").textContent = made.note;
  byId("map").toggleAttribute("hidden", !shown.axes.length);
  draw();
}

class Outdated extends Error {}

/** @param {unknown} error */
function outdated(error) {
  if (!(error instanceof Outdated)) {
    throw error;
  }
  return null;
}

/**
 * Chooses the map, and says what it keeps.
 *
 * @param {string[]} texts @param {Float32Array} matrix @param {() => Promise<void>} wait
 * @returns {Promise<{axes: ArrayLike<number>[], note: string}>}
 */
async function placed(texts, matrix, wait) {
  const size = texts.length;
  const made = project(matrix, size);
  const share = `The first two principal components keep ${percent(made.share)} of the variance`;
  if (made.share >= LEAST_SHARE || size < LEAST_ARRANGED) {
    return { axes: [made.x, made.y], note: `${share}.` };
  }
  if (size > MOST_ARRANGED) {
    return { axes: [], note: `No map: ${share.replace("T", "t")}, too little to mean anything, and more than ${MOST_ARRANGED} texts are not arranged by neighbourhood.` };
  }
  const spots = await arranged(matrix, size, made, wait);
  const kept = percent(neighboursKept(matrix, size, spots));
  return { axes: [spots.x, spots.y], note: `${share}, too little for a map. Texts are arranged by neighbourhood instead (t-SNE): ${kept} of the nearest texts are also nearest here. Distances between groups mean nothing.` };
}

/** Places the dots in the available width, with the same scale for both axes. */
function draw() {
  const map = byId("map");
  const width = map.clientWidth;
  if (!width || !shown.axes.length) {
    map.replaceChildren();
    return;
  }
  const height = Math.round(width * HIGH);
  const [x, y] = shown.axes.map(range);
  const scale = Math.min((width - 2 * EDGE) / (x.wide || 1), (height - 2 * EDGE) / (y.wide || 1));
  const moved = (/** @type {number[]} */ axis, /** @type {number} */ middle, /** @type {number} */ room) =>
    axis.map((value) => room / 2 + (value - middle) * scale);
  drawn = { width, height, x: moved(shown.axes[0], x.middle, width), y: moved(shown.axes[1], y.middle, height) };
  map.setAttribute("viewBox", `0 0 ${width} ${height}`);
  map.replaceChildren(...shown.texts.map(dot));
  if (shown.texts.length <= MOST_LABELS) {
    label();
  }
  choose(chosen);
}

/** Shows the selected texts, and colours all by their cosine with the first. @param {import("./selection.js").Pair} pair */
function choose(pair) {
  chosen = { ...pair, place: Math.max(0, pair.place) };
  dots().forEach((node, at) => {
    node.classList.toggle("chosen", at === chosen.place);
    node.classList.toggle("partner", at === chosen.other);
    node.setAttribute("tabindex", at === chosen.place ? "0" : "-1");
    node.setAttribute("aria-pressed", String(at === chosen.place || at === chosen.other));
  });
  colour();
}

function colour() {
  const size = shown.texts.length;
  const row = shown.matrix.subarray(chosen.place * size, (chosen.place + 1) * size);
  const colours = ramp();
  dots().forEach((node, at) => {
    const [red, green, blue] = colours[Math.round(Math.max(0, Math.min(1, row[at])) * 255)];
    /** @type {SVGElement} */ (node.firstElementChild).style.fill = `rgb(${red} ${green} ${blue})`;
  });
}

/** The sign of an axis is arbitrary. Keeps the sign that was shown before. @param {ArrayLike<number>} from @param {number[]} [before] */
function facing(from, before) {
  const axis = Array.from(from);
  const along = before ? axis.reduce((sum, value, place) => sum + value * before[place], 0) : 1;
  return axis.map((value) => (along < 0 ? -value : value));
}

/** @param {number[]} values */
function range(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return { middle: (low + high) / 2, wide: high - low };
}

/** @param {string} text @param {number} place */
function dot(text, place) {
  const group = svg("g", { class: "dot", role: "button", "aria-label": `${place + 1} ${short(text, 200)}`, transform: `translate(${drawn.x[place].toFixed(1)} ${drawn.y[place].toFixed(1)})` });
  group.append(svg("circle", { r: shown.texts.length > 300 ? "3" : "6" }), svg("title", {}));
  /** @type {Element} */ (group.lastChild).textContent = short(text, 500);
  return group;
}

/** Writes the labels. They are no part of the dots, which have the whole text as their name. */
function label() {
  const layer = svg("g", { class: "labels", "aria-hidden": "true" });
  for (const { text, x, y } of placeLabels(shown.texts, drawn)) {
    const words = svg("text", { x: x.toFixed(1), y: y.toFixed(1) });
    words.textContent = text;
    layer.append(words);
  }
  byId("map").append(layer);
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
    select(place);
  }
}
