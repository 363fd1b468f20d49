/** The tooltip of the map: a text, its group and its nearest text. It opens with a pointer, a key or a finger. */
import { nearest } from "../compute/vectors.js";
import { byId, counted, element, score, short } from "../dom.js";

const MOST = 240; // characters of a text

/** @typedef {{texts: string[], matrix: Float32Array, groups: number[][]}} Shown */

/**
 * Shows the tooltip beside a dot.
 *
 * @param {Shown} shown @param {number} place @param {{x: number, y: number}} at @param {{width: number, height: number}} room
 */
export function openTip({ texts, matrix, groups }, place, at, room) {
  const tip = byId("map-tip");
  const group = groups.find((members) => members.includes(place));
  const other = nearest(matrix, texts.length, place);
  const facts = [
    group ? `group of ${counted(group.length, "text")}` : "in no group",
    other < 0 ? "" : `nearest: ${other + 1} “${short(texts[other], 60)}”, ${score(matrix[place * texts.length + other])}`,
  ];
  tip.replaceChildren(
    element("p", { dir: "auto" }, element("strong", {}, `${place + 1} `), short(texts[place], MOST)),
    element("p", { class: "hint" }, facts.filter(Boolean).join(" · ")),
  );
  tip.hidden = false;
  const { offsetWidth: wide, offsetHeight: high } = tip;
  const left = Math.max(4, Math.min(room.width - wide - 4, at.x - wide / 2));
  tip.style.left = `${left}px`;
  tip.style.top = `${at.y + 14 + high > room.height ? Math.max(4, at.y - 14 - high) : at.y + 14}px`;
}

export function closeTip() {
  byId("map-tip").hidden = true;
}
