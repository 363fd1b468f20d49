/** Places the labels of the map where they fit: right, left, above or below their dot. */
import { short } from "../dom.js";

const LETTERS = 22;
const LETTER = 6; // about the width of a letter, in pixels
const LINE = 13;
const DOT = 7;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{width: number, height: number, x: number[], y: number[]}} Spots places of the dots, and the room, in pixels */

/**
 * Returns the labels that fit: the number and the beginning of a text, or the number alone.
 *
 * @param {string[]} texts @param {Spots} spots
 * @returns {{text: string, x: number, y: number}[]} `x` is the middle of the label
 */
export function placeLabels(texts, spots) {
  const taken = texts.map((_, place) => box(spots.x[place] - DOT, spots.y[place] - DOT, 2 * DOT, 2 * DOT));
  return texts.flatMap((text, place) => {
    const number = String(place + 1);
    for (const content of [`${number} ${short(text, LETTERS)}`, number]) {
      const found = roomFor(content, place, spots, taken);
      if (found) {
        taken.push(found);
        return [{ text: content, x: (found.left + found.right) / 2, y: found.top + 10 }];
      }
    }
    return [];
  });
}

/** @param {string} text @param {number} place @param {Spots} spots @param {Box[]} taken */
function roomFor(text, place, spots, taken) {
  const wide = [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 * LETTER : LETTER), 0);
  const [x, y] = [spots.x[place], spots.y[place]];
  return [
    box(x + 9, y - 6, wide, LINE),
    box(x - 9 - wide, y - 6, wide, LINE),
    box(x - wide / 2, y - 21, wide, LINE),
    box(x - wide / 2, y + 9, wide, LINE),
  ].find((spot) => inside(spot, spots) && !taken.some((other) => over(spot, other)));
}

/** @param {number} left @param {number} top @param {number} width @param {number} height @returns {Box} */
function box(left, top, width, height) {
  return { left, top, right: left + width, bottom: top + height };
}

/** @param {Box} a @param {Spots} room */
function inside(a, { width, height }) {
  return a.left >= 0 && a.right <= width && a.top >= 0 && a.bottom <= height;
}

/** @param {Box} a @param {Box} b */
function over(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
