/** The page: connects its parts. */
import * as calls from "./calls/calls.js";
import * as controls from "./share/controls.js";
import * as cutoff from "./views/cutoff.js";
import { embedded, sameTexts } from "./service/embedded.js";
import { byId, count, counted, input, pause, seconds, size } from "./dom.js";
import * as entries from "./views/entries.js";
import * as example from "./texts/example.js";
import * as groups from "./views/groups.js";
import * as heatmap from "./views/heatmap.js";
import { key } from "./service/key.js";
import * as keyform from "./service/keyform.js";
import * as map from "./map/map.js";
import * as minscore from "./search/minscore.js";
import * as near from "./views/near.js";
import * as quality from "./search/quality.js";
import * as query from "./search/query.js";
import * as report from "./views/report.js";
import * as runs from "./views/runs.js";
import * as selection from "./views/selection.js";
import * as service from "./service/service.js";
import * as sizetable from "./views/sizetable.js";
import * as stored from "./service/stored.js";
import * as take from "./share/take.js";
import * as taskform from "./calls/taskform.js";
import { close as closeFile, raw, set as setTexts, start as startTexts, texts } from "./texts/texts.js";
import { viewOf } from "./view.js";
import { goToAnswers } from "./views/parts.js";
import * as tiles from "./views/tiles.js";
import { Work } from "./service/work.js";

const MOST_AT_ONCE = 100; // texts up to which a changed option embeds again automatically
const ADDRESS_MS = 300; // between a change and its appearance in the address

/** @typedef {import("./service/embedded.js").Made} Made */
/** @type {Made | null} what is on the screen */
let onScreen = null;
let addressTimer = 0;
let latest = 0; // number of the newest call of `show`
const work = new Work({ status: "status", error: "embed-error", progress: "progress", cancel: "cancel", during: ["embed", "stale-embed"] });

function embedNow() {
  const found = texts();
  if (!found.length) {
    work.say("Enter at least one text.");
    return;
  }
  void work.run(found.length, async (signal, progress, waiting) => {
    const made = await embedded(found, controls.choice().task, { signal, progress, waiting });
    work.say("Comparing all pairs …");
    await show(made, signal);
    goToAnswers();
    return summary(made);
  });
}

/** Shows vectors in every view. @param {Made} made @param {AbortSignal} [signal] */
async function show(made, signal) {
  const view = await viewOf(made, controls.choice().dimensions, signal);
  const same = onScreen && sameTexts(onScreen.texts, made.texts);
  const pair = same ? selection.selected() : { place: view.spread.high.pair[0], other: view.spread.high.pair[1] };
  const number = ++latest;
  onScreen = made;
  void sizetable.show(view);
  // one at a time, so that the page responds between them
  for (const part of [groups, report, cutoff, map, take, heatmap, near, runs]) {
    await (part === map ? void map.show(view) : part.show(view));
    await pause();
    signal?.throwIfAborted();
    if (number !== latest) return;
  }
  query.redraw();
  warn(made);
  credit();
  find(view);
  checkStale();
  selection.select(pair.place, pair.other);
}

/** Says where the vectors on the screen come from. */
function credit() {
  const name = service.modelName();
  const own = name === "emulator"
    ? "Vectors of the local emulator, which compares letters. They are not EmbeddingGemma's: set LOCAL_EMBEDDINGS_URL for those."
    : name && `Vectors of ${name}.`;
  byId("source").classList.toggle("emulated", name === "emulator" && onScreen?.recorded === false);
  byId("source").textContent = onScreen?.recorded
    ? "An example: 40 messages of a support desk, with vectors that were recorded from EmbeddingGemma-300M. Nothing was called."
    : onScreen ? own : "";
}

/** Says what the example shows. @param {import("./view.js").View} view */
function find({ recorded, groups: { groups } }) {
  const found = recorded ? example.languagesTogether(groups) : 0;
  byId("finding").hidden = !found;
  byId("finding").textContent = `It found the same complaint in five languages: ${counted(found, "group")}, with all five in each.`;
}

/** @param {Made} made */
function summary({ texts, ms, bytes, tokens, fresh }) {
  const all = `${counted(texts.length, "vector")} of 768 numbers`;
  const known = texts.length - fresh;
  return fresh
    ? `${all} in ${seconds(ms)}: ${size(bytes)}, about ${count(tokens)} tokens${known ? `; ${count(known)} were known` : ""}.`
    : `${all} in ${seconds(ms)}: all were known.`;
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
  const changed = onScreen && !sameTexts(onScreen.texts, texts()) ? "texts" : onScreen && onScreen.task !== controls.choice().task ? "task" : "";
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
  if (onScreen.task === controls.choice().task) {
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
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => controls.remember(cutoff.chosenThreshold()), ADDRESS_MS);
}

/** Takes the state from the address, and shows the example if there are no texts. */
async function restore() {
  const { texts: own, threshold } = controls.restore();
  cutoff.set(threshold);
  if (own) {
    byId("source").textContent = "";
    byId("finding").hidden = true;
    setTexts(own.split("\n"));
    embedNow(); // a link opens on its result
  } else {
    await showExample(() => raw() === "");
  }
}

/** Shows the example. @param {() => boolean} fill whether its texts go into the field */
async function showExample(fill) {
  const { texts: lines, rows, query: question } = await example.load();
  if (!fill()) {
    byId("source").textContent = "";
    byId("finding").hidden = true;
    return;
  }
  closeFile();
  setTexts(lines);
  input("try-query").value = input("try-query").value || question;
  await show({ texts: lines, task: "", rows, recorded: true, truncated: [], bytes: 0, ms: 0, tokens: 0, fresh: 0 });
}

function start() {
  calls.start(() => ({
    origin: location.origin,
    keyed: key() !== "",
    texts: texts(),
    choice: controls.choice(),
    minScore: minscore.minScore(),
    ...stored.asked(),
  }));
  taskform.start();
  keyform.start(() => {
    changed();
    void service.show();
  });
  startTexts(changed);
  stored.start(changed);
  [tiles, heatmap, map, near, entries].forEach((part) => part.start());
  groups.start((chosen) => {
    heatmap.regroup(chosen);
    map.regroup(chosen);
    take.regroup(chosen);
    cutoff.regroup(chosen);
  });
  quality.start(texts);
  query.start({ texts, dimensions: () => controls.choice().dimensions, changed });
  take.start((own) => controls.linkTo(own, cutoff.chosenThreshold()));
  cutoff.start(() => {
    report.redraw();
    changed();
  });
  minscore.start(() => {
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
  const missing = () => {
    byId("source").textContent = "";
    byId("finding").hidden = true;
    work.say("The example could not be loaded. Enter your own texts.");
  };
  byId("examples").addEventListener("click", () => void showExample(() => true).catch(missing));
  changed();
  void service.show().then(credit);
  void restore().catch(missing);
}

start();
