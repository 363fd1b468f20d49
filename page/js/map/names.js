/** The groups on the map: their colours, and their names, which are their most typical lines. */
import { centre } from "../compute/clusters.js";

const COLOURS = 10; // of the style sheet
const MOST_NAMES = 40;

/** @typedef {{text: string, group: number[]}} Name */

/** Returns the groups of more than one text, the largest first. @param {import("../compute/clusters.js").Groups} groups */
export function several({ groups }) {
  return groups.filter((group) => group.length > 1).sort((one, other) => other.length - one.length);
}

/** Returns the names of the largest groups. @param {string[]} texts @param {Float32Array} matrix @param {number[][]} groups @returns {Name[]} */
export function names(texts, matrix, groups) {
  return groups.slice(0, MOST_NAMES).map((group) => ({ text: texts[centre(matrix, texts.length, group)], group }));
}

/** Returns the class of each text's colour; single texts have none. @param {number} size @param {number[][]} groups */
export function colours(size, groups) {
  const found = new Array(size).fill("");
  groups.forEach((group, number) => group.forEach((place) => (found[place] = `g${number % COLOURS}`)));
  return found;
}
