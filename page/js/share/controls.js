/** The controls of an embedding, and their state in the address. */
import * as address from "./address.js";
import { input, select } from "../dom.js";
import { minScore, setMinScore } from "../search/minscore.js";

/** @returns {import("../calls/choice.js").Choice} */
export function choice() {
  return { task: select("task").value, dimensions: Number(select("dimensions").value), encoding: select("encoding").value };
}

/** Puts the state into the address, without texts. @param {number | null} threshold */
export function remember(threshold) {
  const fragment = state("", threshold);
  history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
}

/** Returns the link to the page in this state, with these texts. @param {string} texts @param {number | null} threshold */
export function linkTo(texts, threshold) {
  const fragment = state(texts, threshold);
  return `${location.origin}${location.pathname}${fragment && `#${fragment}`}`;
}

/** @param {string} texts @param {number | null} threshold */
function state(texts, threshold) {
  const { task, dimensions } = choice();
  return address.fragment({ texts, task, dimensions: `${dimensions}`, query: input("try-query").value.trim(), threshold, minScore: minScore() });
}

/** Sets the controls from the address, and returns its state. */
export function restore() {
  const state = address.read(location.hash);
  set("task", state.task);
  set("dimensions", state.dimensions);
  input("try-query").value = state.query;
  setMinScore(state.minScore);
  return state;
}

/** Selects an option; an unknown one becomes the first. @param {string} id @param {string} value */
function set(id, value) {
  select(id).value = value;
  select(id).selectedIndex = Math.max(0, select(id).selectedIndex);
}
