/** The table of sizes: what shorter vectors and smaller numbers keep of the neighbours, computed on the page. */
import { byId, count, counted, element } from "../dom.js";
import { recommended } from "../compute/sizes.js";
import { sizesOf } from "../view.js";
import { saySize } from "./tiles.js";

const ENOUGH = 0.9; // share of the nearest texts
let latest = 0;

/** Fills the table. Only the newest call has an effect. @param {import("../view.js").View} view */
export async function show({ full, dimensions }) {
  const number = ++latest;
  const found = await sizesOf(full).catch(() => null); // stopped, because the texts changed
  if (number !== latest || !found) {
    return;
  }
  const { nearest, texts, table } = found;
  saySize(nearest < 1 ? null : recommended(table, ENOUGH).best, 4 * 768, nearest);
  byId("sizes-nearest").textContent = nearest === 1 ? "Nearest kept" : `${nearest} nearest kept`;
  byId("sizes-answer").textContent = nearest < 1 ? "" : answer(table, nearest);
  byId("sizes-note").textContent =
    `Compared with 768 float32, over ${texts < full.length ? `${count(texts)} of the ` : ""}${counted(full.length, "text")}. ` +
    "All are computed on this page.";
  byId("sizes-table").querySelector("tbody")?.replaceChildren(...table.map((row) => line(row, dimensions)));
}

/** @param {number} value a share; it is rounded down, so that 90% is never less */
const percent = (value) => `${Math.floor(100 * value + 1e-6)}%`;

/** Recommends one vector, and says why. @param {import("../compute/sizes.js").Comparison[]} table @param {number} nearest */
export function answer(table, nearest) {
  const { best, smaller } = recommended(table, ENOUGH);
  const name = (/** @type {import("../compute/sizes.js").Comparison} */ { dimensions, type }) => `${dimensions} dimensions as ${type}`;
  const size = best === table[0] ? "" : `${counted(best.bytes, "byte")} instead of ${count(table[0].bytes)}, and `;
  const same = `${percent(best.kept)} of the ${nearest === 1 ? "" : `${nearest} `}nearest texts are the same.`;
  const reason = smaller ? ` The best smaller vector, ${name(smaller)}, keeps ${percent(smaller.kept)}, less than ${percent(ENOUGH)}.` : "";
  return `Use ${name(best)}: ${size}${same}${reason}`;
}

/** @param {import("../compute/sizes.js").Comparison} row @param {number} chosen */
function line({ dimensions, type, bytes, kept }, chosen) {
  const cells = [String(dimensions), type].map((text) => element("td", {}, text));
  const numbers = [count(bytes), percent(kept)].map((text) => element("td", { class: "number" }, text));
  return element("tr", type === "float32" && dimensions === chosen ? { "aria-current": "true" } : {}, ...cells, ...numbers);
}
