/** The texts of the input field: typed, pasted, dropped or opened from a file. */
import { byId, count, counted, element, input, select } from "../dom.js";
import * as parse from "./parse.js";

export const MOST_TEXTS = 2000;
const MOST_BYTES = 20_000_000;

/** @type {{name: string, content: string, table: parse.Table} | null} */
let opened = null;
let changed = () => {};
const area = () => /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (byId("texts")));

/** Returns the texts of the input field, at most 2,000. */
export function texts() {
  return parse.lines(area().value).slice(0, MOST_TEXTS);
}

/** Returns the content of the input field as it is. */
export function raw() {
  return area().value;
}

/** @param {string[]} lines */
export function set(lines) {
  area().value = lines.join("\n");
  edited();
}

function edited() {
  const all = parse.lines(area().value).length;
  byId("count").textContent =
    all > MOST_TEXTS ? `${count(all)} texts; only the first ${count(MOST_TEXTS)} are used` : counted(all, "text");
  changed();
}

/** @param {() => void} callback called when the texts have changed */
export function start(callback) {
  changed = callback;
  area().addEventListener("input", edited);
  byId("choose-file").addEventListener("click", () => input("file").click());
  input("file").addEventListener("change", () => void open(input("file").files?.[0]));
  input("header").addEventListener("change", () => opened && use(opened.name, opened.content));
  select("column").addEventListener("change", () => opened && set(parse.column(opened.table, select("column").value)));
  area().addEventListener("dragover", (event) => {
    event.preventDefault();
    area().classList.add("over");
  });
  area().addEventListener("dragleave", () => area().classList.remove("over"));
  area().addEventListener("drop", (event) => {
    area().classList.remove("over");
    if (event.dataTransfer?.files.length) {
      event.preventDefault();
      void open(event.dataTransfer.files[0]);
    }
  });
}

/** Closes the file, whose columns could replace the texts. */
export function close() {
  opened = null;
  byId("column-row").hidden = byId("header-row").hidden = true;
}

/** @param {File | undefined} file */
async function open(file) {
  input("file").value = "";
  if (!file) {
    return;
  }
  if (file.size > MOST_BYTES) {
    byId("count").textContent = `${file.name} is larger than ${count(MOST_BYTES / 1e6)} MB.`;
    return;
  }
  input("header").checked = true;
  use(file.name, await file.text());
}

/** @param {string} name @param {string} content */
function use(name, content) {
  let table;
  try {
    table = parse.table(name, content, input("header").checked);
  } catch (error) {
    byId("count").textContent = `${name}: ${/** @type {Error} */ (error).message}`;
    return;
  }
  opened = { name, content, table };
  select("column").replaceChildren(...table.columns.map((column) => element("option", {}, column)));
  select("column").value = table.chosen;
  byId("column-row").hidden = table.columns.length < 2;
  byId("header-row").hidden = !parse.isSeparated(name);
  set(parse.column(table, table.chosen));
}
