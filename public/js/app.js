/** The page: connects its parts. */
import * as calls from "./calls.js";
import * as cutoff from "./cutoff.js";
import { embedded, sameTexts } from "./embedded.js";
import { byId, count, counted, pause, seconds, select, size } from "./dom.js";
import * as entries from "./entries.js";
import * as heatmap from "./heatmap.js";
import { key } from "./key.js";
import * as keyform from "./keyform.js";
import * as map from "./map.js";
import * as near from "./near.js";
import * as query from "./query.js";
import * as report from "./report.js";
import * as runs from "./runs.js";
import * as selection from "./selection.js";
import * as sizetable from "./sizetable.js";
import * as stored from "./stored.js";
import * as taskform from "./taskform.js";
import { start as startTexts, texts } from "./texts.js";
import { viewOf } from "./view.js";
import { Work } from "./work.js";

const MOST_AT_ONCE = 100; // texts up to which a changed option embeds again automatically

/** @typedef {import("./embedded.js").Made} Made */
/** @type {Made | null} what is on the screen */
let onScreen = null;
const work = new Work({ status: "status", error: "embed-error", progress: "progress", cancel: "cancel", during: ["embed", "stale-embed"] });

/** @returns {import("./choice.js").Choice} */
function choice() {
  return { task: select("task").value, dimensions: Number(select("dimensions").value), encoding: select("encoding").value };
}

function embedNow() {
  const found = texts();
  if (!found.length) {
    work.say("Enter at least one text.");
    return;
  }
  void work.run(found.length, async (signal, progress) => {
    const made = await embedded(found, choice().task, { signal, progress });
    work.say("Comparing all pairs …");
    await show(made, signal);
    return summary(made);
  });
}

/** Shows vectors in every view. @param {Made} made @param {AbortSignal} [signal] */
async function show(made, signal) {
  const view = await viewOf(made, choice().dimensions, async () => {
    await pause();
    signal?.throwIfAborted();
  });
  const same = onScreen && sameTexts(onScreen.texts, made.texts);
  const pair = same ? selection.selected() : { place: view.spread.high.pair[0], other: view.spread.high.pair[1] };
  onScreen = made;
  byId("heat").hidden = byId("near").hidden = false;
  document.querySelectorAll(".empty").forEach((node) => node.remove());
  heatmap.show(view);
  near.show(view);
  report.show(view);
  cutoff.show(view);
  runs.add(view);
  query.redraw();
  void map.show(view);
  void sizetable.show(view);
  warn(made);
  checkStale();
  selection.select(pair.place, pair.other);
}

/** @param {Made} made */
function summary({ texts, ms, bytes, tokens }) {
  return `${counted(texts.length, "vector")} of 768 numbers in ${seconds(ms)}: ${size(bytes)}, about ${count(tokens)} tokens.`;
}

/** Names truncated texts beside the field. @param {Made} made */
function warn({ truncated }) {
  const lines = truncated.slice(0, 20).map((place) => place + 1).join(", ");
  byId("truncated").hidden = !truncated.length;
  byId("truncated").textContent = truncated.length
    ? `${counted(truncated.length, "text exceeds", "texts exceed")} the model's limit of 2,048 tokens, and the vector has only the beginning: line ${lines}${truncated.length > 20 ? " …" : ""}. Split long texts.`
    : "";
}

/** Says which results no longer belong to the texts and the choices. */
function checkStale() {
  const changed = onScreen && !sameTexts(onScreen.texts, texts()) ? "texts" : onScreen && onScreen.task !== choice().task ? "task" : "";
  byId("stale").hidden = !changed;
  byId("results").classList.toggle("stale", changed !== "");
  byId("stale-reason").textContent = changed && `Out of date: the ${changed} changed. These results belong to the ${changed} before. `;
  query.checkStale();
}

/** A changed size is computed here; a changed task needs the model. */
function chosen() {
  changed();
  if (!onScreen || !sameTexts(onScreen.texts, texts())) {
    return;
  }
  if (onScreen.task === choice().task) {
    const made = onScreen;
    void work.run(0, async (signal) => {
      await show(made, signal);
      return summary(made);
    });
  } else if (texts().length <= MOST_AT_ONCE) {
    embedNow();
  }
}

function changed() {
  calls.show();
  taskform.show();
  checkStale();
}

function start() {
  calls.start(() => ({
    origin: location.origin,
    keyed: key() !== "",
    texts: texts(),
    choice: choice(),
    minScore: cutoff.threshold(),
    ...stored.asked(),
  }));
  taskform.start();
  keyform.start(changed);
  startTexts(changed);
  stored.start(changed);
  [heatmap, map, near, entries].forEach((part) => part.start());
  query.start({ texts, dimensions: () => choice().dimensions, changed });
  cutoff.start(() => {
    query.redraw();
    changed();
  });
  byId("embed-form").addEventListener("submit", (event) => {
    event.preventDefault();
    embedNow();
  });
  byId("stale-embed").addEventListener("click", embedNow);
  byId("texts").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      embedNow();
    }
  });
  ["task", "dimensions"].forEach((id) => byId(id).addEventListener("change", chosen));
  byId("encoding").addEventListener("change", changed);
  changed();
}

start();
