/** The lowest score of a search, `min_score`. A search compares a query with documents, so that it is not the threshold of pairs. */
import { input } from "../dom.js";

/** @param {() => void} changed called when the lowest score has changed */
export function start(changed) {
  input("min-score").addEventListener("input", changed);
}

/** Returns the lowest score, or null if none is given. */
export function minScore() {
  const { value, validity } = input("min-score");
  return value !== "" && validity.valid ? Number(value) : null;
}

/** @param {number | null} value */
export function setMinScore(value) {
  input("min-score").value = value === null ? "" : (Math.round(100 * Math.max(0, Math.min(1, value))) / 100).toFixed(2);
}
