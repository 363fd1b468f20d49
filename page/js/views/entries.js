/** Entries of lists that select a text or a pair of texts, and show what is selected. */
import { bar, byId, count, element } from "../dom.js";
import { onSelect, select, selected } from "./selection.js";

const MOST = 20; // entries of a list

/** Starts the entries of all lists of the page. */
export function start() {
  document.addEventListener("click", (event) => {
    const entry = /** @type {Element} */ (event.target).closest("[data-place]");
    if (entry instanceof HTMLElement) {
      select(Number(entry.dataset.place), Number(entry.dataset.other));
    }
  });
  onSelect(mark);
}

/** Marks the entries of the selected texts. */
export function mark() {
  const { place, other } = selected();
  document.querySelectorAll("[data-place]").forEach((entry) => {
    const data = /** @type {HTMLElement} */ (entry).dataset;
    const pair = [Number(data.place), Number(data.other)];
    const current = (pair[0] === place && pair[1] === other) || (pair[0] === other && pair[1] === place);
    current ? entry.setAttribute("aria-current", "true") : entry.removeAttribute("aria-current");
  });
}

/**
 * Returns a list item that selects a text, or a pair.
 *
 * @param {number} place
 * @param {number} other -1 for none
 * @param {...(string | Node)} content
 */
export function entry(place, other, ...content) {
  const button = element("button", { type: "button", class: "entry", "data-place": `${place}`, "data-other": `${other}` }, ...content);
  return element("li", {}, button);
}

/** Returns an entry with a score and its bar. @param {number} place @param {number} other @param {number} value @param {...(string | Node)} content */
export function scored(place, other, value, ...content) {
  return entry(place, other, ...bar(value, ...content));
}

/** Returns a text with its number, clamped by the style sheet; the whole text is in the tooltip. @param {string[]} texts @param {number} place */
export function named(texts, place) {
  return element("span", { class: "clamp", dir: "auto", title: texts[place].slice(0, 2000) }, `${place + 1} ${texts[place].slice(0, 600)}`);
}

/** Fills a list, and says how many entries are left out. @template T @param {string} id @param {T[]} items @param {(item: T) => HTMLElement} made */
export function fill(id, items, made) {
  const shown = items.slice(0, MOST).map(made);
  const rest = items.length - shown.length;
  const note = rest ? `and ${count(rest)} more` : items.length ? "" : "none";
  byId(id).replaceChildren(...shown, ...(note ? [element("li", { class: "hint" }, note)] : []));
}
