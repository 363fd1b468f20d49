/** The table of sizes: what shorter vectors and smaller numbers keep of the neighbours, computed on the page. */
import { byId, count, counted, element, pause, percent } from "./dom.js";
import { compare, smallest } from "./sizes.js";

const ENOUGH = 0.9; // share of the nearest texts
let latest = 0;

/** Fills the table. Only the newest call has an effect. @param {import("./view.js").View} view */
export async function show({ full, dimensions }) {
  const number = ++latest;
  const { nearest, texts, table } = await compare(full, pause);
  if (number !== latest) {
    return;
  }
  byId("sizes").hidden = nearest < 1;
  byId("sizes-nearest").textContent = nearest === 1 ? "Nearest kept" : `${nearest} nearest kept`;
  byId("sizes-answer").textContent = nearest < 1 ? "" : answer(table);
  byId("sizes-note").textContent =
    `Compared with 768 float32, over ${texts < full.length ? `${count(texts)} of the ` : ""}${counted(full.length, "text")}. ` +
    "Margin: the difference between the nearest text and the runner-up. The page computes all sizes from the vectors of 768 numbers; the service is not called.";
  byId("sizes-table").querySelector("tbody")?.replaceChildren(...table.map((row) => line(row, dimensions)));
}

/** @param {import("./sizes.js").Comparison[]} table */
function answer(table) {
  const shortest = smallest(table.filter(({ type }) => type === "float32"), ENOUGH);
  const least = smallest(table, ENOUGH);
  const dimensions =
    shortest.dimensions === 768
      ? `No smaller size keeps ${percent(ENOUGH)} of the nearest texts: stay at 768 dimensions.`
      : `${shortest.dimensions} dimensions keep ${percent(shortest.kept)} of the nearest texts: you can drop ${768 - shortest.dimensions} of 768.`;
  const bytes = `The smallest vector that keeps ${percent(ENOUGH)}: ${least.dimensions} ${least.type}, ${counted(least.bytes, "byte")} instead of 3,072.`;
  return `${dimensions} ${bytes}`;
}

/** @param {import("./sizes.js").Comparison} row @param {number} chosen */
function line({ dimensions, type, bytes, kept, margin }, chosen) {
  const cells = [String(dimensions), type].map((text) => element("td", {}, text));
  const numbers = [count(bytes), percent(kept), percent(margin)].map((text) => element("td", { class: "number" }, text));
  return element("tr", type === "float32" && dimensions === chosen ? { "aria-current": "true" } : {}, ...cells, ...numbers);
}
