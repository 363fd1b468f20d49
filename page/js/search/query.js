/** Tries a query against the lines: a ranking with the query and document prompts, and one without. */
import { byId, count, counted, input, percent, score, short } from "../dom.js";
import { embedded, sameTexts } from "../service/embedded.js";
import { mark, named, scored } from "../views/entries.js";
import { minScore, setMinScore } from "./minscore.js";
import { marker } from "./quality.js";
import { margin, moves, ranked, widestGap } from "../compute/ranking.js";
import { truncated } from "../compute/sizes.js";
import { Work } from "../service/work.js";

const MOST = 10; // lines of a ranking

/**
 * @typedef {object} Tried vectors of 768 numbers
 * @property {string} query
 * @property {string[]} texts that are ranked
 * @property {string[]} lines of the page
 * @property {{query: Float32Array, rows: Float32Array[]}} with
 * @property {{query: Float32Array, rows: Float32Array[]}} without
 */

/** @type {Tried | null} */
let tried = null;
/** @type {{texts: () => string[], dimensions: () => number, changed: () => void}} */
let page;
/** @type {Work} */
let work;

/** @param {typeof page} of */
export function start(of) {
  page = of;
  work = new Work({ status: "try-status", error: "try-error", progress: "try-progress", cancel: "try-cancel", during: ["try"] });
  byId("try-form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("try-query").addEventListener("input", () => {
    checkStale();
    page.changed();
  });
  byId("gap").addEventListener("click", () => {
    tried && setMinScore(widestGap(rankings(tried).with));
    page.changed();
    redraw();
  });
}

export function query() {
  return input("try-query").value.trim();
}

export function run() {
  const texts = page.texts();
  if (!texts.length || !query()) {
    work.say("Enter a query, and at least one text.");
    return;
  }
  void work.run(2 * texts.length, async (signal, progress) => {
    show(await asked(query(), texts, signal, progress));
    return "";
  });
}

/** @param {string} text @param {string[]} texts @param {AbortSignal} signal @param {(done: number) => void} progress */
async function asked(text, texts, signal, progress) {
  const one = async (/** @type {string} */ task) => (await embedded([text], task, { signal, progress: () => {} })).rows[0];
  const some = async (/** @type {string} */ task, /** @type {number} */ from) =>
    (await embedded(texts, task, { signal, progress: (done) => progress(from + done) })).rows;
  const without = { query: await one(""), rows: await some("", 0) };
  return { query: text, texts, lines: texts, without, with: { query: await one("search_query"), rows: await some("search_document", texts.length) } };
}

/** @param {Tried} tried */
function rankings(tried) {
  const cut = (/** @type {Float32Array} */ row) => truncated(row, page.dimensions());
  const of = (/** @type {{query: Float32Array, rows: Float32Array[]}} */ side) => ranked(cut(side.query), side.rows.map(cut));
  return { with: of(tried.with), without: of(tried.without) };
}

/** Shows both rankings. @param {Tried} next @param {string} [note] */
export function show(next, note = "") {
  tried = next;
  redraw();
  byId("try-status").textContent = note;
}

/** Draws the rankings again, with the size and the lowest score that are chosen now. */
export function redraw() {
  if (!tried) {
    return;
  }
  byId("try-result").hidden = false;
  const found = rankings(tried);
  fill("with", found.with, moves(found.without, found.with));
  fill("without", found.without, moves(found.with, found.without));
  byId("try-answer").textContent = answer(tried, found);
  mark();
  checkStale();
}

/** Marks rankings that do not belong to the query and the lines on the page. */
export function checkStale() {
  const stale = tried !== null && (tried.query !== query() || !sameTexts(tried.lines, page.texts()));
  byId("try-stale").hidden = !stale;
}

/** @param {"with" | "without"} side @param {import("../compute/ranking.js").Ranked[]} ranking @param {Map<number, number>} moved */
function fill(side, ranking, moved) {
  const texts = /** @type {Tried} */ (tried).texts;
  const least = minScore();
  byId(`${side}-margin`).textContent = `Best line ${score(ranking[0].score)}, margin to the runner-up ${score(margin(ranking))}.`;
  const items = ranking.slice(0, MOST).map(({ place, score: value }) => {
    const item = scored(place, -1, value, named(texts, place), step(moved.get(place) ?? 0));
    item.append(marker(/** @type {Tried} */ (tried).query, texts[place]));
    item.classList.toggle("below", least !== null && value < least);
    return item;
  });
  byId(`${side}-list`).replaceChildren(...items);
}

/** Says how far a line moved, compared with the other ranking. @param {number} places */
function step(places) {
  return places ? ` ${places > 0 ? "↑" : "↓"} ${Math.abs(places)}` : "";
}

/** @param {Tried} tried @param {ReturnType<typeof rankings>} found */
function answer({ texts }, found) {
  const [one, other] = [found.with[0].place, found.without[0].place];
  const moved = [...moves(found.without, found.with).values()].filter(Boolean).length;
  const best =
    one === other
      ? `Both put line ${one + 1} first, “${short(texts[one], 60)}”.`
      : `The prompt matters: with it, line ${one + 1} is first, and without it line ${other + 1}.`;
  const [with_, without] = [margin(found.with), margin(found.without)];
  return `${best} The margin is ${score(with_)} with the prompts and ${score(without)} without. ${counted(moved, "line")} of ${count(texts.length)} (${percent(moved / texts.length)}) changed places.`;
}
