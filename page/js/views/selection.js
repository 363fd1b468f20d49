/** The selected texts. A cell of the heat map, a dot and an entry of a list all select here, and all show it. */

/** @typedef {{place: number, other: number}} Pair indexes of two texts; `other` is -1 if only one text is selected */

/** @type {Pair} */
let pair = { place: -1, other: -1 };
/** @type {((pair: Pair) => void)[]} */
const listeners = [];

/** @param {(pair: Pair) => void} listener */
export function onSelect(listener) {
  listeners.push(listener);
}

/** Selects a text, or a pair of texts. @param {number} place @param {number} [other] */
export function select(place, other = -1) {
  pair = { place, other: other === place ? -1 : other };
  listeners.forEach((listener) => listener(pair));
}

export function selected() {
  return pair;
}
