/** The texts of the input field: typed, pasted, dropped or opened from a file. */
import { byId, count, counted, element, input, select } from "../dom.js";
import { decoded } from "./decode.js";
import * as gutter from "./gutter.js";
import * as parse from "./parse.js";

export const MOST_TEXTS = 2000;
const MOST_BYTES = 20_000_000;

/** @type {{name: string, content: string, table: parse.Table} | null} */
let opened = null;
/** @type {string | null} */
let replaced = null;
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

/** Replaces the texts. Own texts before can be brought back. @param {string[]} lines */
export function set(lines) {
  const before = area().value;
  area().value = lines.join("\n");
  replaced = before.trim() && before !== area().value ? before : null;
  edited();
}

/** Brings back the texts that were replaced. */
function undo() {
  area().value = replaced ?? area().value;
  replaced = null;
  close();
  edited();
  area().focus();
}

function edited() {
  byId("undo").hidden = replaced === null;
  gutter.number(area().value);
  const all = parse.lines(area().value).length;
  byId("count").textContent =
    all > MOST_TEXTS ? `${count(all)} texts; only the first ${count(MOST_TEXTS)} are used` : counted(all, "text");
  changed();
}

/** @param {() => void} callback called when the texts have changed */
export function start(callback) {
  changed = callback;
  area().addEventListener("input", () => {
    replaced = null;
    edited();
  });
  byId("undo").addEventListener("click", undo);
  gutter.start();
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
  try {
    const { content, encoding } = decoded(new Uint8Array(await file.arrayBuffer()));
    use(file.name, content);
    byId("count").textContent += encoding === "utf-8" ? "" : ` (${encoding})`;
  } catch (error) {
    byId("count").textContent = `${file.name}: ${/** @type {Error} */ (error).message}`;
  }
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
