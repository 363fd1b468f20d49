/** Places labels where they fit: right, left, above or below their dot. */
import { short } from "../dom.js";

const LETTERS = { wide: 32, narrow: 20 };
const NARROW = 600; // pixels of the map
const LETTER = 7.6; // about the width of a letter, in pixels
const LINE = 15;
const DOT = 5;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{text: string, x: number, y: number}} Label `x` is the middle of the label */
/** @typedef {{width: number, height: number}} Room in pixels */

/**
 * Returns the labels that fit, the first ones first. They hide no dot of `dots`, if there are few.
 *
 * @param {Label[]} labels @param {Room} room @param {{x: number, y: number}[]} dots
 * @returns {Label[]}
 */
export function placeLabels(labels, room, dots) {
  const taken = dots.map(({ x, y }) => box(x - DOT, y - DOT, 2 * DOT, 2 * DOT));
  return labels.flatMap(({ text, x, y }) => {
    const content = short(text, room.width < NARROW ? LETTERS.narrow : LETTERS.wide);
    const found = roomFor(content, x, y, room, taken);
    if (!found) {
      return [];
    }
    taken.push(found);
    return [{ text: content, x: (found.left + found.right) / 2, y: found.top + 11 }];
  });
}

/** @param {string} text @param {number} x @param {number} y @param {Room} room @param {Box[]} taken */
function roomFor(text, x, y, room, taken) {
  const wide = [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 * LETTER : LETTER), 0);
  const middle = Math.max(0, Math.min(room.width - wide, x - wide / 2));
  return [
    box(middle, y - 24, wide, LINE),
    box(middle, y + 9, wide, LINE),
    box(x + 10, y - 7, wide, LINE),
    box(x - 10 - wide, y - 7, wide, LINE),
    box(middle, y - 44, wide, LINE),
    box(middle, y + 29, wide, LINE),
  ].find((spot) => inside(spot, room) && !taken.some((other) => over(spot, other)));
}

/** @param {number} left @param {number} top @param {number} width @param {number} height @returns {Box} */
function box(left, top, width, height) {
  return { left, top, right: left + width, bottom: top + height };
}

/** @param {Box} a @param {Room} room */
function inside(a, { width, height }) {
  return a.left >= 0 && a.right <= width && a.top >= 0 && a.bottom <= height;
}

/** @param {Box} a @param {Box} b */
function over(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
