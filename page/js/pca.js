/** The first two principal components, by power iteration on the matrix of dot products. */

const MOST_PRODUCTS = 2e8; // multiplications per axis: less than a second for 2,000 texts
const CLOSE_ENOUGH = 1e-12; // squared distance between two steps
const NOTHING = 1e-9;

/**
 * Returns the coordinates of the texts on their first two principal components.
 *
 * @param {Float32Array} gram dot products of all pairs, row after row
 * @param {number} size number of texts
 * @returns {{x: Float64Array, y: Float64Array, share: number}} `share`: part of the variance that the two axes explain
 */
export function project(gram, size) {
  const first = component(gram, size, []);
  const second = component(gram, size, [first.axis]);
  const total = spread(gram, size);
  return {
    x: first.axis.map((value) => value * Math.sqrt(first.weight)),
    y: second.axis.map((value) => value * Math.sqrt(second.weight)),
    share: total > NOTHING ? Math.min(1, (first.weight + second.weight) / total) : 0,
  };
}

/**
 * @param {Float32Array} gram
 * @param {number} size
 * @param {Float64Array[]} known previous axes
 */
function component(gram, size, known) {
  // any start that is not orthogonal to the axis works; this one is deterministic
  let axis = cleaned(Float64Array.from({ length: size }, (_, place) => Math.sin(1 + 7.3 * place)), known);
  let weight = 0;
  const steps = Math.min(500, Math.ceil(MOST_PRODUCTS / (size * size)));
  for (let step = 0; step < steps; step++) {
    const next = cleaned(times(gram, size, axis), known);
    weight = length(next);
    if (weight < NOTHING) {
      return { axis: new Float64Array(size), weight: 0 };
    }
    next.forEach((value, place) => (next[place] = value / weight));
    const moved = next.reduce((sum, value, place) => sum + (value - axis[place]) ** 2, 0);
    axis = next;
    if (moved < CLOSE_ENOUGH) {
      break;
    }
  }
  return { axis: upright(axis), weight };
}

/**
 * Removes the mean, which centres the matrix implicitly, and the components along known axes.
 *
 * @param {Float64Array} values
 * @param {Float64Array[]} known
 */
function cleaned(values, known) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let result = values.map((value) => value - mean);
  for (const axis of known) {
    const part = axis.reduce((sum, value, place) => sum + value * result[place], 0);
    result = result.map((value, place) => value - part * axis[place]);
  }
  return result;
}

/**
 * @param {Float32Array} gram
 * @param {number} size
 * @param {Float64Array} axis
 */
function times(gram, size, axis) {
  const result = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const row = gram.subarray(i * size, (i + 1) * size);
    let sum = 0;
    for (let j = 0; j < size; j++) {
      sum += row[j] * axis[j];
    }
    result[i] = sum;
  }
  return result;
}

/** @param {Float64Array} values */
function length(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** The sign of an axis is arbitrary. Makes its largest coordinate positive. @param {Float64Array} axis */
function upright(axis) {
  const longest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return longest < 0 ? axis.map((value) => -value) : axis;
}

/**
 * Returns the trace of the centred matrix.
 *
 * @param {Float32Array} gram
 * @param {number} size
 */
function spread(gram, size) {
  let trace = 0;
  let all = 0;
  for (let i = 0; i < size; i++) {
    trace += gram[i * size + i];
    for (let j = 0; j < size; j++) {
      all += gram[i * size + j];
    }
  }
  return trace - all / size;
}
