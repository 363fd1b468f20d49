// @ts-check
/** Chooses search results that are near the query and differ from each other. This module does no I/O. */

/**
 * Returns the positions of at most `count` candidates by maximal marginal relevance, in the order of choice: first the
 * one with the highest score, then always the one for which (1 - diversity) * score - diversity * (its highest cosine
 * with a chosen one) is highest. Of equal ones, the one with the lower position is chosen.
 * @param {number[][]} vectors of the candidates @param {number[]} scores cosines with the query
 * @param {number} count @param {number} diversity 0 to 1
 */
export function choose(vectors, scores, count, diversity) {
  const lengths = vectors.map((vector) => Math.sqrt(dot(vector, vector)));
  const nearest = scores.map(() => -Infinity); // highest cosine with a chosen one
  const waiting = new Set(scores.keys());
  const chosen = [];
  while (chosen.length < count && waiting.size) {
    const worth = chosen.length
      ? (/** @type {number} */ i) => (1 - diversity) * scores[i] - diversity * nearest[i]
      : (/** @type {number} */ i) => scores[i];
    const next = best(waiting, worth);
    waiting.delete(next);
    chosen.push(next);
    for (const i of waiting) {
      const length = lengths[i] * lengths[next];
      nearest[i] = Math.max(nearest[i], length ? dot(vectors[i], vectors[next]) / length : 0);
    }
  }
  return chosen;
}

/** @type {(positions: Iterable<number>, worth: (position: number) => number) => number} */
function best(positions, worth) {
  let [found, most] = [-1, -Infinity];
  for (const position of positions) {
    const value = worth(position);
    if (found === -1 || value > most) [found, most] = [position, value];
  }
  return found;
}

/** @type {(left: number[], right: number[]) => number} */
function dot(left, right) {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}
