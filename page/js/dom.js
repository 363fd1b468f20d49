/** Small helpers for the document. */

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  return /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));
}

/** @param {string} id */
export const input = (id) => /** @type {HTMLInputElement} */ (byId(id));
/** @param {string} id */
export const select = (id) => /** @type {HTMLSelectElement} */ (byId(id));

/**
 * Creates an element with attributes and children.
 *
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

/** Creates an SVG element. @param {string} name @param {Record<string, string>} attributes */
export function svg(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/** Shortens a text to at most `most` characters. @param {string} text @param {number} most */
export function short(text, most) {
  const letters = [...text.slice(0, 2 * most)];
  return letters.length > most ? letters.slice(0, most - 1).join("").trimEnd() + "…" : text;
}

const WHOLE = new Intl.NumberFormat("en");
/** @param {number} value */
export const count = (value) => WHOLE.format(value);
/** Returns a number with its noun. @param {number} value @param {string} one @param {string} [many] */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;
/** @param {number} value */
export const score = (value) => value.toFixed(3).replace("-", "−");
/** @param {number} value */
export const percent = (value) => `${Math.round(100 * value)}%`;
/** @param {number} value */
export const seconds = (value) => (value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`);
/** @param {number} value */
export const size = (value) => (value < 1e6 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1e6).toFixed(2)} MB`);

/** Lets the browser render. @returns {Promise<void>} */
export const pause = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Returns the content of a list item: a score, its bar and a text.
 *
 * @param {number} value
 * @param {...(string | Node)} content
 */
export function bar(value, ...content) {
  const meter = element("span", { class: "bar", "aria-hidden": "true" });
  meter.style.setProperty("--part", String(Math.max(0, Math.min(1, value))));
  return [element("span", { class: "score" }, score(value)), meter, element("span", { dir: "auto" }, ...content)];
}
