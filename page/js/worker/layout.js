/** The places of the texts on a map: UMAP for many texts, principal coordinates for a few. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UMAP } from "umap-js";

import { neighbours } from "../compute/vectors.js";

const NEAREST = 15; // neighbours of a text that the map tries to keep
const FEW = 15; // texts up to which principal coordinates keep more
const EPOCHS = 300;
const SHOWN = 60; // epochs until the map is shown again
const SEED = 7;
const SPACE = 0.3; // least distance of two dots, as UMAP's minDist
const COMPARED = 5; // nearest texts

/** @typedef {{x: number[], y: number[]}} Spots between -0.5 and 0.5, in the same scale */

/**
 * Arranges texts so that similar ones are near each other. The same matrix gives the same map.
 *
 * @param {Float32Array} matrix @param {number} size @param {(spots: Spots) => void} [show] gets maps that are not finished
 * @returns {Spots}
 */
export function arrange(matrix, size, show = () => {}) {
  return size <= FEW ? principal(matrix, size) : umap(matrix, size, show);
}

/** @param {Float32Array} matrix @param {number} size @returns {Spots} */
function principal(matrix, size) {
  const gram = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) gram.set(i, j, matrix[i * size + j]);
  }
  gram.center("row");
  gram.center("column");
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const largest = realEigenvalues.map((_, place) => place).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const axis = (/** @type {number} */ column) =>
    largest[column] === undefined ? new Array(size).fill(0)
      : eigenvectorMatrix.getColumn(largest[column]).map((value) => value * Math.sqrt(Math.max(0, realEigenvalues[largest[column]])));
  return scaled(axis(0), axis(1));
}

/** @param {Float32Array} matrix @param {number} size @param {(spots: Spots) => void} show @returns {Spots} */
function umap(matrix, size, show) {
  const near = Array.from({ length: size }, (_, place) => [
    { place, score: 1 },
    ...neighbours(matrix, size, place, NEAREST - 1),
  ]);
  const map = new UMAP({ nNeighbors: NEAREST, minDist: SPACE, nEpochs: EPOCHS, random: seeded(SEED) });
  map.setPrecomputedKNN(
    near.map((list) => list.map(({ place }) => place)),
    near.map((list) => list.map(({ score }) => Math.max(0, 1 - score))),
  );
  const epochs = map.initializeFit(near.map((_, place) => [place])); // only the number of texts matters
  for (let epoch = 1; epoch <= epochs; epoch++) {
    map.step();
    epoch % SHOWN === 0 && epoch < epochs && show(spots(map));
  }
  return spots(map);
}

/** @param {UMAP} map */
function spots(map) {
  const places = map.getEmbedding();
  return scaled(places.map(([x]) => x), places.map(([, y]) => y));
}

/** Moves and scales places into the box. @param {number[]} x @param {number[]} y @returns {Spots} */
function scaled(x, y) {
  const range = (/** @type {number[]} */ axis) => axis.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const [[left, right], [top, bottom]] = [range(x), range(y)];
  const wide = Math.max(right - left, bottom - top) || 1;
  const moved = (/** @type {number[]} */ axis, /** @type {number} */ middle) => axis.map((value) => (value - middle) / wide);
  return { x: moved(x, (left + right) / 2), y: moved(y, (top + bottom) / 2) };
}

/** Returns a generator of random numbers, mulberry32. @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Returns the share of the nearest texts that are also nearest on the map. @param {Float32Array} matrix @param {number} size @param {Spots} spots */
export function neighboursKept(matrix, size, { x, y }) {
  const count = Math.min(COMPARED, Math.floor((size - 1) / 2));
  let same = 0;
  for (let i = 0; i < size && count; i++) {
    const far = Float64Array.from(x, (value, j) => (value - x[i]) ** 2 + (y[j] - y[i]) ** 2);
    const found = new Set([...far.keys()].filter((j) => j !== i).sort((a, b) => far[a] - far[b]).slice(0, count));
    same += neighbours(matrix, size, i, count).filter(({ place }) => found.has(place)).length;
  }
  return count ? same / (size * count) : 1;
}
