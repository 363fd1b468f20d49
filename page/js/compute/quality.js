/** The quality of a search, from queries whose right lines are known. */
import { SIZES, truncated } from "./sizes.js";
import { scores } from "./vectors.js";

const CHANCE = 0.05; // probability of a difference without a cause, from which it is no difference
const FIRST = 5;

/** @typedef {{queries: Float32Array[], rows: Float32Array[]}} Side the same queries and lines, with or without prompts */
/** @typedef {{hit1: number, hit5: number, reciprocal: number}} Measures shares of the queries, and the mean reciprocal rank */
/** @typedef {{higher: number, lower: number, p: number, real: boolean}} Difference queries whose right line is higher or lower; `real` if chance does not explain it */
/** @typedef {{dimensions: number, with: Measures, without: Measures, prompts: Difference, shorter: Difference}} Quality */

/**
 * Measures every size, with and without prompts. `prompts` compares the two, `shorter` compares with 768, both with prompts.
 *
 * @param {Side} prompted @param {Side} plain @param {number[][]} right lines of each query
 * @returns {Quality[]}
 */
export function quality(prompted, plain, right) {
  const full = ranks(prompted, right, SIZES[0]);
  return SIZES.map((dimensions) => {
    const [one, other] = [ranks(prompted, right, dimensions), ranks(plain, right, dimensions)];
    return { dimensions, with: measures(one), without: measures(other), prompts: signTest(one, other), shorter: signTest(one, full) };
  });
}

/** @param {Side} side @param {number[][]} right @param {number} dimensions */
function ranks({ queries, rows }, right, dimensions) {
  const short = rows.map((row) => truncated(row, dimensions));
  return queries.map((query, place) => rankOf(scores(truncated(query, dimensions), short), right[place]));
}

/** Returns the rank of the best right line; lines with an equal score are before it. @param {number[]} found @param {number[]} right */
export function rankOf(found, right) {
  const best = right.reduce((most, place) => Math.max(most, found[place]), -Infinity);
  const good = new Set(right);
  return 1 + found.filter((score, place) => score >= best && !good.has(place)).length;
}

/** @param {number[]} ranks @returns {Measures} */
export function measures(ranks) {
  const mean = (/** @type {(rank: number) => number} */ of) => ranks.reduce((sum, rank) => sum + of(rank), 0) / ranks.length;
  return { hit1: mean((rank) => Number(rank === 1)), hit5: mean((rank) => Number(rank <= FIRST)), reciprocal: mean((rank) => 1 / rank) };
}

/**
 * Compares the ranks of the same queries with the two-sided sign test. Queries with equal ranks do not count.
 *
 * @param {number[]} one @param {number[]} other @returns {Difference}
 */
export function signTest(one, other) {
  const higher = one.filter((rank, place) => rank < other[place]).length;
  const lower = one.filter((rank, place) => rank > other[place]).length;
  const p = probability(Math.min(higher, lower), higher + lower);
  return { higher, lower, p, real: p < CHANCE };
}

/** Returns the probability of at most `few` heads or tails in `all` throws of a coin. @param {number} few @param {number} all */
function probability(few, all) {
  let [term, sum] = [0.5 ** all, 0];
  for (let count = 0; count <= few; count++) {
    sum += term;
    term *= (all - count) / (count + 1);
  }
  return Math.min(1, 2 * sum);
}
