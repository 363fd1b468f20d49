/** Compares options: one row for each run with the same texts, compared with the first run. */
import { byId, element, score, seconds, size } from "./dom.js";
import { change } from "./vectors.js";

const MOST = 8;

/**
 * @typedef {{choice: import("./choice.js").Choice, bytes: number, ms: number, matrix: Float32Array}} Run
 * @type {{texts: string[], runs: Run[]}}
 */
let shown = { texts: [], runs: [] };

/** Replaces all rows. @param {string[]} texts @param {Run[]} runs */
export function restart(texts, runs) {
  shown = { texts, runs };
}

/** @param {string[]} texts @param {Run} run */
export function add(texts, run) {
  const same = texts.length === shown.texts.length && texts.every((text, place) => text === shown.texts[place]);
  const alike = (/** @type {Run} */ other) => JSON.stringify(other.choice) === JSON.stringify(run.choice);
  const before = same ? shown.runs : [];
  // keep the first row, because the others are compared with it
  const kept = before.some(alike) ? before.map((other) => (alike(other) ? run : other)) : [...before, run];
  shown = { texts, runs: kept.length > MOST ? [kept[0], ...kept.slice(2)] : kept };
  byId("runs").hidden = false;
  byId("runs-table").querySelector("tbody")?.replaceChildren(...shown.runs.map((item) => row(item, item === run)));
}

/** @param {Run} run @param {boolean} current */
function row(run, current) {
  const { task, dimensions, encoding } = run.choice;
  const cells = [task || "none", String(dimensions), encoding].map((text) => element("td", {}, text));
  const numbers = [size(run.bytes), seconds(run.ms), ...compared(run)].map((text) => element("td", { class: "number" }, text));
  return element("tr", current ? { "aria-current": "true" } : {}, ...cells, ...numbers);
}

/** @param {Run} run */
function compared(run) {
  const [first] = shown.runs;
  if (run === first) {
    return ["–", "–", "–"];
  }
  const { mean, most, kept } = change(first.matrix, run.matrix, shown.texts.length);
  return [score(mean), score(most), `${Math.round(100 * kept)}%`];
}
