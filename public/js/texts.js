/** The texts of the input field: typed, pasted, dropped or opened from a file. */
import { byId, count, element, input, select } from "./dom.js";
import * as parse from "./parse.js";

export const MOST_TEXTS = 2000;
const MOST_BYTES = 20_000_000;
export const EXAMPLES = [
  "This is a story about an orange cloud",
  "This is a story about a llama",
  "This is a story about a hugging emoji",
  "The cat sleeps on the warm windowsill.",
  "Die Katze schläft auf der warmen Fensterbank.",
  "猫在温暖的窗台上睡觉。",
  "القطة نائمة على حافة النافذة الدافئة.",
  "Which planet is known as the Red Planet?",
  "Mars, known for its reddish appearance, is often referred to as the Red Planet.",
  "Jupiter, the largest planet in our solar system, has a prominent red spot.",
  "a function that adds two numbers",
  "Quarterly revenue rose by twelve percent.",
];

/** @type {parse.Table | null} */
let opened = null;
const area = () => /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (byId("texts")));

/** Returns the texts of the input field, at most 2,000. */
export function texts() {
  return parse.lines(area().value).slice(0, MOST_TEXTS);
}

/** @param {() => void} changed */
export function start(changed) {
  const edited = () => {
    counted();
    changed();
  };
  const set = (/** @type {string[]} */ lines) => {
    area().value = lines.join("\n");
    edited();
  };
  area().addEventListener("input", edited);
  byId("examples").addEventListener("click", () => {
    byId("column-row").hidden = true;
    set(EXAMPLES);
  });
  byId("choose-file").addEventListener("click", () => input("file").click());
  input("file").addEventListener("change", () => void open(input("file").files?.[0], set));
  select("column").addEventListener("change", () => opened && set(parse.column(opened, select("column").value)));
  area().addEventListener("dragover", (event) => {
    event.preventDefault();
    area().classList.add("over");
  });
  area().addEventListener("dragleave", () => area().classList.remove("over"));
  area().addEventListener("drop", (event) => {
    area().classList.remove("over");
    if (event.dataTransfer?.files.length) {
      event.preventDefault();
      void open(event.dataTransfer.files[0], set);
    }
  });
  if (!area().value) {
    set(EXAMPLES);
  }
  counted();
}

/** @param {File | undefined} file @param {(lines: string[]) => void} set */
async function open(file, set) {
  input("file").value = "";
  if (!file) {
    return;
  }
  if (file.size > MOST_BYTES) {
    byId("count").textContent = `${file.name} is larger than ${count(MOST_BYTES / 1e6)} MB.`;
    return;
  }
  try {
    opened = parse.table(file.name, await file.text());
  } catch (error) {
    byId("count").textContent = `${file.name}: ${/** @type {Error} */ (error).message}`;
    return;
  }
  select("column").replaceChildren(...opened.columns.map((name) => element("option", {}, name)));
  select("column").value = opened.chosen;
  byId("column-row").hidden = opened.columns.length < 2;
  set(parse.column(opened, opened.chosen));
}

function counted() {
  const all = parse.lines(area().value).length;
  byId("count").textContent =
    all > MOST_TEXTS
      ? `${count(all)} texts; only the first ${count(MOST_TEXTS)} are used`
      : `${count(all)} ${all === 1 ? "text" : "texts"}`;
}
