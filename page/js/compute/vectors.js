/** Vector arithmetic. */

/**
 * @param {number[] | string} row numbers, or the base64 of little-endian float32
 * @returns {Float32Array}
 */
export function rowOf(row) {
  if (typeof row !== "string") {
    return Float32Array.from(row);
  }
  const bytes = Uint8Array.from(atob(row), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, place) => view.getFloat32(4 * place, true));
}

/**
 * Returns the square matrix of cosines, row by row.
 *
 * @param {Float32Array[]} rows
 * @returns {Float32Array}
 */
export function cosines(rows) {
  const size = rows.length;
  const units = rows.map(unit);
  const matrix = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      matrix[i * size + j] = matrix[j * size + i] = dot(units[i], units[j]);
    }
  }
  return matrix;
}

/** Returns the cosine of one row with each of the others. @param {Float32Array} row @param {Float32Array[]} others */
export function scores(row, others) {
  const one = unit(row);
  return others.map((other) => dot(one, unit(other)));
}

/** @param {Float32Array} row */
function unit(row) {
  const length = Math.sqrt(dot(row, row)) || 1;
  return row.map((value) => value / length);
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function dot(a, b) {
  let sum = 0;
  for (let place = 0; place < a.length; place++) {
    sum += a[place] * b[place];
  }
  return sum;
}

/**
 * Returns the other texts, nearest first. Of equal scores, the first text comes first.
 *
 * @param {Float32Array} matrix
 * @param {number} size
 * @param {number} of
 * @param {number} count
 * @returns {{place: number, score: number}[]}
 */
export function neighbours(matrix, size, of, count) {
  return Array.from({ length: size }, (_, place) => ({ place, score: matrix[of * size + place] }))
    .filter(({ place }) => place !== of)
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}

/**
 * Compares two matrices of the same texts, over all pairs of different texts.
 *
 * @param {Float32Array} before
 * @param {Float32Array} after
 * @param {number} size
 * @returns {{mean: number, most: number, kept: number}} `kept`: share of the texts whose nearest text is the same
 */
export function change(before, after, size) {
  let sum = 0;
  let most = 0;
  let kept = 0;
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const moved = Math.abs(after[i * size + j] - before[i * size + j]);
      sum += moved;
      most = Math.max(most, moved);
    }
    kept += nearest(before, size, i) === nearest(after, size, i) ? 1 : 0;
  }
  return { mean: sum / Math.max(1, (size * (size - 1)) / 2), most, kept: kept / size };
}

/**
 * Returns the index of the nearest other text, or -1.
 *
 * @param {Float32Array} matrix
 * @param {number} size
 * @param {number} of
 */
export function nearest(matrix, size, of) {
  let best = -1;
  for (let place = 0; place < size; place++) {
    if (place !== of && (best < 0 || matrix[of * size + place] > matrix[of * size + best])) {
      best = place;
    }
  }
  return best;
}

/**
 * Returns the lowest and highest cosine of different texts with their pairs, and the mean and deviation of all pairs.
 *
 * @param {Float32Array} matrix
 * @param {number} size
 */
export function spread(matrix, size) {
  const found = { low: { score: 1, pair: [0, 0] }, high: { score: -1, pair: [0, 0] }, mean: 0, deviation: 0 };
  let [sum, squares] = [0, 0];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const score = matrix[i * size + j];
      sum += score;
      squares += score * score;
      if (score < found.low.score) {
        found.low = { score, pair: [i, j] };
      }
      if (score > found.high.score) {
        found.high = { score, pair: [i, j] };
      }
    }
  }
  const pairs = Math.max(1, (size * (size - 1)) / 2);
  found.mean = sum / pairs;
  found.deviation = Math.sqrt(Math.max(0, squares / pairs - found.mean ** 2));
  return found;
}
