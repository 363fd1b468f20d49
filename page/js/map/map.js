/** The map: a dot for each text, coloured by group, with the names of the groups. It is arranged in a worker. */
import { byId, pause, percent, short, svg } from "../dom.js";
import { sameTexts } from "../service/embedded.js";
import { onSelect, select } from "../views/selection.js";
import { Background } from "../worker/background.js";
import { follow, moved, stepped, WHOLE } from "./camera.js";
import { dotAt, placed } from "./places.js";
import { colours, labelsOf, names, several } from "./names.js";
import { closeTip, openTip } from "./tip.js";

const NEAR = { finger: 24, mouse: 12 }; // pixels between a tap and its dot
const AT_ONCE = 400; // dots

/** @typedef {{texts: string[], matrix: Float32Array, groups: number[][], names: import("./names.js").Name[]}} Shown */
/** @type {Shown} */
let shown = { texts: [], matrix: new Float32Array(), groups: [], names: [] };
/** @type {import("../worker/layout.js").Spots | null} */
let spots = null;
/** @type {import("./camera.js").Camera} */
let camera = WHOLE;
/** @type {import("./places.js").Drawn} */
let drawn = { width: 0, height: 0, x: [], y: [] };
/** @type {import("../views/selection.js").Pair} */
let chosen = { place: 0, other: -1 };
let latest = 0; // number of the newest call of `show`
let frame = 0;
/** @type {SVGElement[]} a dot for each text */
let nodes = [];
const mapper = new Background("mapper");

export function start() {
  const map = byId("map");
  follow(map, { get: () => camera, set: look, tap: (at, finger) => pick(dotAt(drawn, at, finger ? NEAR.finger : NEAR.mouse)) });
  map.addEventListener("keydown", key);
  map.addEventListener("pointerover", (event) => event.pointerType === "mouse" && tipOf(placeOf(event.target)));
  map.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && closeTip());
  map.addEventListener("focusin", (event) => reveal(placeOf(event.target)));
  map.addEventListener("focusout", closeTip);
  byId("map-buttons").addEventListener("click", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).dataset.step;
    name && look(stepped(camera, name, middle()) ?? camera);
  });
  new ResizeObserver(() => (map.clientWidth !== drawn.width || map.clientHeight !== drawn.height) && later()).observe(map);
  onSelect(choose);
}

/** Draws the map. Only the newest call has an effect. @param {import("../view.js").View} view */
export async function show({ texts, matrix, groups }) {
  const number = ++latest;
  const before = sameTexts(texts, shown.texts) ? spots : null;
  regroup(groups, texts, matrix);
  spots = before;
  camera = before ? camera : WHOLE;
  byId("map-note").textContent = "Arranging the texts …";
  await build(number);
  if (number !== latest) return;
  mapper.waiting.size && mapper.stop("outdated");
  const part = (/** @type {import("../worker/layout.js").Spots} */ made) => number === latest && arranged(made);
  const made = await mapper.ask("arrange", [matrix, texts.length], { part }).catch((error) => (number === latest ? String(error) : null));
  if (number === latest && made) {
    typeof made === "string" ? (byId("map-note").textContent = made) : finished(made);
  }
}

/** @param {import("../worker/layout.js").Spots & {kept: number}} made */
function finished(made) {
  arranged(made);
  byId("map-note").textContent =
    `${percent(made.kept)} of the nearest texts are also nearest on the map. Distances between groups mean little.`;
}

/** Turns the map as the one before was, and draws it. @param {import("../worker/layout.js").Spots} made */
function arranged(made) {
  const facing = (/** @type {"x" | "y"} */ axis) => {
    const along = spots ? made[axis].reduce((sum, value, place) => sum + value * /** @type {any} */ (spots)[axis][place], 0) : 1;
    return along < 0 ? made[axis].map((value) => -value) : made[axis];
  };
  spots = { x: facing("x"), y: facing("y") };
  later();
}

/** Colours other groups of the same texts. @param {import("../compute/clusters.js").Groups} groups */
export function regroup(groups, texts = shown.texts, matrix = shown.matrix) {
  const found = several(groups);
  shown = { texts, matrix, groups: found, names: names(texts, matrix, found) };
  paint();
  later();
}

/** Makes the dots, some at a time, so that the page responds. @param {number} number of the call of `show` */
async function build(number) {
  const radius = shown.texts.length > 300 ? "3.5" : "6";
  const layer = svg("g", { class: "labels", "aria-hidden": "true" });
  nodes = [];
  byId("map").replaceChildren(layer);
  for (let from = 0; from < shown.texts.length; from += AT_ONCE) {
    from && (await pause());
    if (number !== latest) return;
    const made = shown.texts.slice(from, from + AT_ONCE).map((text, at) => dot(text, from + at, radius));
    nodes.push(...made);
    layer.before(...made);
  }
  paint();
  choose(chosen);
  later();
}

/** @param {string} text @param {number} place @param {string} radius */
function dot(text, place, radius) {
  const group = svg("g", { class: "dot", role: "button", tabindex: "-1", "aria-pressed": "false", "aria-label": `${place + 1} ${short(text, 200)}` });
  group.append(svg("circle", { r: radius }));
  return group;
}

function paint() {
  const found = colours(shown.texts.length, shown.groups);
  nodes.forEach((dot, place) => dot.firstElementChild?.setAttribute("class", found[place]));
}

/** Draws in the next frame. */
function later() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(draw);
}

/** Moves the dots and the labels to their places. */
function draw() {
  const map = byId("map");
  const [width, height] = [map.clientWidth, map.clientHeight];
  map.toggleAttribute("data-arranged", spots !== null);
  if (!width || !spots) {
    return;
  }
  drawn = placed(spots, camera, { width, height });
  const { x, y } = drawn;
  map.setAttribute("viewBox", `0 0 ${width} ${height}`);
  map.classList.toggle("zoomed", camera.zoom > 1);
  nodes.forEach((dot, place) => dot.setAttribute("transform", `translate(${x[place].toFixed(1)} ${y[place].toFixed(1)})`));
  label();
}

/** Writes the names of the groups, or the texts in sight. */
function label() {
  const layer = byId("map").lastElementChild;
  layer?.replaceChildren(...labelsOf(shown, drawn, camera.zoom > 1).map((made) => {
    const words = svg("text", { x: made.x.toFixed(1), y: made.y.toFixed(1) });
    words.textContent = made.text;
    return words;
  }));
}

/** @param {import("./camera.js").Camera} next */
function look(next) {
  camera = next;
  closeTip();
  later();
}

function middle() {
  return { x: drawn.width / 2, y: drawn.height / 2 };
}

/** Marks the selected texts. @param {import("../views/selection.js").Pair} pair */
function choose(pair) {
  const before = chosen;
  chosen = { ...pair, place: Math.max(0, pair.place) };
  for (const at of [before.place, before.other, chosen.place, chosen.other]) {
    const node = nodes[at];
    node?.classList.toggle("chosen", at === chosen.place);
    node?.classList.toggle("partner", at === chosen.other);
    node?.setAttribute("tabindex", at === chosen.place ? "0" : "-1");
    node?.setAttribute("aria-pressed", String(at === chosen.place || at === chosen.other));
  }
}

/** @param {KeyboardEvent} event */
function key(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const view = stepped(camera, event.key, middle());
  if (step || view || event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    step ? focusNext(step) : view ? look(view) : pick(placeOf(document.activeElement));
  }
  event.key === "Escape" && closeTip();
}

/** Shows a dot that has the focus, also one that is out of sight. @param {number} place */
function reveal(place) {
  const { width, height, x, y } = drawn;
  const seen = x[place] >= 0 && x[place] <= width && y[place] >= 0 && y[place] <= height;
  if (!seen && place >= 0 && x.length) {
    camera = moved(camera, width / 2 - x[place], height / 2 - y[place]);
    draw();
  }
  tipOf(place);
}

/** Moves the focus, from left to right. @param {number} step */
function focusNext(step) {
  const order = drawn.x.map((_, place) => place).sort((a, b) => drawn.x[a] - drawn.x[b]);
  const now = order.indexOf(placeOf(document.activeElement));
  nodes[order[(now + step + order.length) % order.length]].focus();
}

/** @param {EventTarget | null} node */
function placeOf(node) {
  const dot = node instanceof Element ? node.closest(".dot") : null;
  return dot ? nodes.indexOf(/** @type {SVGElement} */ (dot)) : -1;
}

/** @param {number} place */
function pick(place) {
  place < 0 ? closeTip() : select(place);
  tipOf(place);
}

/** @param {number} place */
function tipOf(place) {
  if (place >= 0 && drawn.x.length) {
    openTip(shown, place, { x: drawn.x[place], y: drawn.y[place] }, drawn);
  }
}
