/** The line numbers beside the field. Blank lines have none, as they are no texts. */
import { byId } from "../dom.js";
import { onSelect } from "../views/selection.js";

const area = () => /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (byId("texts")));
const MOST = 2000; // texts
/** @type {number[]} line of each text */
let lineOf = [];

export function start() {
  area().addEventListener("scroll", scrolled);
  onSelect(({ place }) => goTo(place));
}

/** Numbers the lines. @param {string} content */
export function number(content) {
  lineOf = [];
  const numbers = content.split("\n").map((line, place) => {
    const text = line.trim() !== "" && lineOf.length < MOST;
    text && lineOf.push(place);
    return text ? String(lineOf.length) : "";
  });
  byId("line-numbers").textContent = `${numbers.join("\n")}\n\n`; // one text: 2,000 elements take time
  byId("line-mark").hidden = true;
}

/** Scrolls the field to a text, and marks its line. @param {number} place */
function goTo(place) {
  const line = lineOf[place] ?? -1;
  byId("line-mark").hidden = line < 0;
  if (line < 0) {
    return;
  }
  const high = Number.parseFloat(getComputedStyle(area()).lineHeight);
  byId("line-mark").style.setProperty("--line", `${line * high}px`);
  const top = line * high;
  if (top < area().scrollTop || top + 2 * high > area().scrollTop + area().clientHeight) {
    area().scrollTop = Math.max(0, top - area().clientHeight / 2);
  }
  const lines = area().value.split("\n");
  const from = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
  document.activeElement === area() || area().setSelectionRange(from, from + lines[line].length);
  scrolled();
}

function scrolled() {
  byId("line-numbers").scrollTop = area().scrollTop;
  byId("line-mark").style.setProperty("--scrolled", `${area().scrollTop}px`);
}
