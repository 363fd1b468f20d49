/** The page: connects its parts. */
import * as calls from "./calls.js";
import { embed } from "./batches.js";
import { byId, count, pause, seconds, select, size } from "./dom.js";
import * as heatmap from "./heatmap.js";
import { key } from "./key.js";
import * as keyform from "./keyform.js";
import * as map from "./map.js";
import * as near from "./near.js";
import * as runs from "./runs.js";
import * as stored from "./stored.js";
import { start as startTexts, texts } from "./texts.js";
import { cosines } from "./vectors.js";
import { Work } from "./work.js";

const SIZES = [768, 512, 256, 128];
const MOST_AT_ONCE = 100; // texts up to which a changed option embeds again automatically
let onScreen = false;

/** @returns {import("./choice.js").Choice} */
function choice() {
  return { task: select("task").value, dimensions: Number(select("dimensions").value), encoding: select("encoding").value };
}

/** @param {number} place */
function choose(place) {
  map.choose(place);
  near.choose(place);
}

/**
 * @param {string[]} found
 * @param {import("./choice.js").Choice} chosen
 * @param {AbortSignal} signal
 * @param {(done: number) => void} progress
 */
async function look(found, chosen, signal, progress) {
  const made = await embed(found, chosen, { signal, progress });
  work.say("Comparing all pairs ...");
  const matrix = await cosines(made.rows, async () => {
    await pause();
    signal.throwIfAborted();
  });
  return { choice: chosen, ...made, matrix };
}

/** @typedef {Awaited<ReturnType<typeof look>>} Look */

/** @param {string[]} found @param {Look} made */
function show(found, made) {
  const { matrix } = made;
  for (const id of ["heat", "map-box", "near"]) {
    byId(id).hidden = false;
  }
  heatmap.show(found, matrix);
  map.show(found, matrix);
  near.show(found, matrix);
  choose(0);
  runs.add(found, made);
  document.querySelectorAll(".empty").forEach((node) => node.remove());
  onScreen = true;
  return summary(found.length, made);
}

/** @param {number} number @param {Look} made */
function summary(number, made) {
  const what = `${count(number)} ${number === 1 ? "vector" : "vectors"} of ${made.rows[0].length} numbers in ${seconds(made.ms)}`;
  const truncated = made.truncated.map((place) => place + 1).join(", ");
  const warning = truncated && ` Texts that exceed the model's limit were truncated: ${truncated}.`;
  return `${what}: ${size(made.bytes)}, about ${count(made.tokens)} tokens.${warning}`;
}

const work = new Work({
  status: "status",
  error: "embed-error",
  progress: "progress",
  cancel: "cancel",
  during: ["embed", "sizes"],
});

function embedNow() {
  const found = texts();
  if (!found.length) {
    work.say("Enter at least one text.");
    return;
  }
  void work.run(found.length, async (signal, progress) => {
    return show(found, await look(found, choice(), signal, progress));
  });
}

/** Embeds once per size, so that the table compares them. The selected size stays on the screen. */
function allSizes() {
  const found = texts();
  if (!found.length) {
    work.say("Enter at least one text.");
    return;
  }
  const before = choice();
  void work.run(found.length * SIZES.length, async (signal, progress) => {
    const made = [];
    for (const dimensions of SIZES) {
      const done = made.length * found.length;
      made.push(await look(found, { ...before, dimensions }, signal, (more) => progress(done + more)));
    }
    runs.restart(found, made);
    return show(found, made[SIZES.indexOf(before.dimensions)]);
  });
}

function start() {
  const changed = () => calls.show();
  calls.start(() => ({ origin: location.origin, keyed: key() !== "", texts: texts(), choice: choice(), ...stored.asked() }));
  keyform.start(changed);
  startTexts(changed);
  stored.start(changed);
  heatmap.start(choose);
  map.start(choose);
  near.start(choose);
  byId("embed-form").addEventListener("submit", (event) => {
    event.preventDefault();
    embedNow();
  });
  byId("texts").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      embedNow();
    }
  });
  byId("sizes").addEventListener("click", allSizes);
  for (const id of ["task", "dimensions", "encoding"]) {
    byId(id).addEventListener("change", () => {
      changed();
      if (onScreen && texts().length <= MOST_AT_ONCE) {
        embedNow();
      }
    });
  }
  changed();
}

start();
