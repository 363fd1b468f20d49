/** The groups on the map: their colours, and their names, which are their most typical lines. */
import { centre } from "../compute/clusters.js";
import { placeLabels } from "./labels.js";

const COLOURS = 10; // of the style sheet
const MOST_NAMES = 40;
const MOST_LABELLED = 30; // dots in sight whose texts are written
const MOST_AVOIDED = 300; // dots that labels do not cover

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

/**
 * Returns the labels of the part that is in sight: the texts of its dots if it is zoomed and has few, the names of the groups otherwise.
 *
 * @param {{texts: string[], names: Name[]}} shown @param {import("./places.js").Drawn} drawn @param {boolean} zoomed
 */
export function labelsOf({ texts, names }, { width, height, x, y }, zoomed) {
  const seen = [...x.keys()].filter((place) => x[place] >= 0 && x[place] <= width && y[place] >= 0 && y[place] <= height);
  const mean = (/** @type {number[]} */ group) => group.reduce((sum, place) => sum + x[place], 0) / group.length;
  const labels = zoomed && seen.length <= MOST_LABELLED
    ? seen.map((place) => ({ text: texts[place], x: x[place], y: y[place] }))
    : names.map(({ text, group }) => ({ text, x: mean(group), y: Math.min(...group.slice(0, 50).map((place) => y[place])) }));
  const avoided = seen.length <= MOST_AVOIDED ? seen.map((place) => ({ x: x[place], y: y[place] })) : [];
  return placeLabels(labels, { width, height }, avoided);
}
