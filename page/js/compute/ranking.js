/** Rankings of the lines for a query, and what differs between two of them. */
import { scores } from "./vectors.js";

/** @typedef {{place: number, score: number}} Ranked */

/** Returns all lines, best first. Of equal scores, the first line comes first. @param {Float32Array} query @param {Float32Array[]} rows @returns {Ranked[]} */
export function ranked(query, rows) {
  return scores(query, rows)
    .map((score, place) => ({ place, score }))
    .sort((a, b) => b.score - a.score);
}

/** Returns the difference between the best line and the runner-up. @param {Ranked[]} ranking */
export function margin(ranking) {
  return ranking.length > 1 ? ranking[0].score - ranking[1].score : 0;
}

/** Returns for each line how many places it is higher in `after` than in `before`. @param {Ranked[]} before @param {Ranked[]} after */
export function moves(before, after) {
  const rank = new Map(before.map(({ place }, at) => [place, at]));
  return new Map(after.map(({ place }, at) => [place, (rank.get(place) ?? at) - at]));
}

/** Returns the middle of the widest gap among the first lines. @param {Ranked[]} ranking @param {number} [first] */
export function widestGap(ranking, first = 10) {
  let best = { gap: 0, middle: 0 };
  for (let at = 0; at + 1 < Math.min(ranking.length, first + 1); at++) {
    const gap = ranking[at].score - ranking[at + 1].score;
    best = gap > best.gap ? { gap, middle: (ranking[at].score + ranking[at + 1].score) / 2 } : best;
  }
  return best.middle;
}
