/** A map that keeps neighbours together (t-SNE), for texts whose first two components explain too little. */

const ROUNDS = 400;
const EARLY = 100; // rounds in which groups are pulled together
const ROUNDS_PER_PAUSE = 20;

/**
 * @param {Float32Array} matrix cosines of all pairs
 * @param {number} size
 * @param {{x: Float64Array, y: Float64Array}} from starting positions
 * @param {() => Promise<void>} [pause]
 * @returns {Promise<{x: Float64Array, y: Float64Array}>}
 */
export async function arranged(matrix, size, from, pause = async () => {}) {
  const attraction = attractions(matrix, size);
  const spots = [from.x, from.y].map(started);
  const speeds = [new Float64Array(size), new Float64Array(size)];
  const rate = Math.max(10, size / 4);
  for (let round = 0; round < ROUNDS; round++) {
    const force = forces(attraction, spots, size, round < EARLY ? 4 : 1);
    for (const axis of [0, 1]) {
      for (let i = 0; i < size; i++) {
        speeds[axis][i] = (round < EARLY ? 0.5 : 0.8) * speeds[axis][i] - rate * force[axis][i];
        spots[axis][i] += speeds[axis][i];
      }
    }
    if (round % ROUNDS_PER_PAUSE === 0) {
      await pause();
    }
  }
  return { x: spots[0], y: spots[1] };
}

/** Makes the start small, and different for every text. @param {Float64Array} axis @param {number} number */
function started(axis, number) {
  const most = axis.reduce((high, value) => Math.max(high, Math.abs(value)), 1e-9);
  return axis.map((value, place) => 0.01 * (value / most) + 1e-4 * Math.sin(1 + 7.3 * place + 2 * number));
}

/** Returns symmetric attractions with the sum 1. @param {Float32Array} matrix @param {number} size */
function attractions(matrix, size) {
  const entropy = Math.log(Math.min(15, Math.max(2, (size - 1) / 3)));
  const one = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    one.set(shares(matrix.subarray(i * size, (i + 1) * size), i, entropy), i * size);
  }
  const both = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      both[i * size + j] = (one[i * size + j] + one[j * size + i]) / (2 * size);
    }
  }
  return both;
}

/** Returns weights of the neighbours of `self` with this entropy, by bisection. @param {Float32Array} row @param {number} self @param {number} entropy */
function shares(row, self, entropy) {
  const nearest = row.reduce((least, value, j) => (j === self ? least : Math.min(least, 1 - value)), 2);
  let [low, high, sharpness] = [0, Infinity, 1];
  let weights = new Float64Array(row.length);
  for (let step = 0; step < 50; step++) {
    weights = Float64Array.from(row, (value, j) => (j === self ? 0 : Math.exp(-sharpness * (1 - value - nearest))));
    const total = weights.reduce((sum, value) => sum + value, 0);
    weights = weights.map((value) => value / total);
    const found = weights.reduce((sum, value) => (value > 1e-12 ? sum - value * Math.log(value) : sum), 0);
    [low, high] = found > entropy ? [sharpness, high] : [low, sharpness];
    sharpness = high === Infinity ? 2 * sharpness : (low + high) / 2;
  }
  return weights;
}

/** @param {Float64Array} attraction @param {Float64Array[]} spots @param {number} size @param {number} pull */
function forces(attraction, [x, y], size, pull) {
  const near = new Float64Array(size * size);
  let total = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      near[i * size + j] = 1 / (1 + (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2);
      total += 2 * near[i * size + j];
    }
  }
  const force = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const closeness = near[i * size + j];
      const part = 4 * (pull * attraction[i * size + j] - closeness / total) * closeness;
      force[0][i] += part * (x[i] - x[j]);
      force[0][j] -= part * (x[i] - x[j]);
      force[1][i] += part * (y[i] - y[j]);
      force[1][j] -= part * (y[i] - y[j]);
    }
  }
  return force;
}

/**
 * Returns the share of the nearest texts that are also the nearest ones on the map.
 *
 * @param {Float32Array} matrix @param {number} size @param {{x: ArrayLike<number>, y: ArrayLike<number>}} map @param {number} [count]
 */
export function neighboursKept(matrix, size, { x, y }, count = 5) {
  const most = Math.min(count, Math.floor((size - 1) / 2));
  if (most < 1) {
    return 1;
  }
  let same = 0;
  for (let i = 0; i < size; i++) {
    const near = (/** @type {(j: number) => number} */ far) =>
      Array.from({ length: size }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => far(a) - far(b))
        .slice(0, most);
    const wanted = new Set(near((j) => -matrix[i * size + j]));
    same += near((j) => (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2).filter((j) => wanted.has(j)).length;
  }
  return same / (size * most);
}
