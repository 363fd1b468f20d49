// @ts-check
/** Vectors of one width in memory, 4 bytes a number and 1 byte quantised, each under the number of its row. */
import { approximately, quantize } from "./quantized.js";
import { Best, METRICS, norm } from "./scores.js";

const CHUNK = 1024; // vectors

/** Memory of `CHUNK` vectors. */
class Chunk {
  /** @param {number} width */
  constructor(width) {
    this.width = width;
    this.values = new Float32Array(CHUNK * width);
    this.codes = new Int8Array(CHUNK * width);
    this.norms = new Float64Array(CHUNK);
    this.quantizedNorms = new Float64Array(CHUNK);
    this.steps = new Float64Array(CHUNK);
    this.rows = new Float64Array(CHUNK);
  }

  /** @param {number} place */
  vector(place) {
    return this.values.subarray(place * this.width, (place + 1) * this.width);
  }

  /** @param {number} place */
  quantized(place) {
    return this.codes.subarray(place * this.width, (place + 1) * this.width);
  }
}

/** @typedef {(chunk: Chunk, place: number) => number} ScoreAt the score of the vector in a place */

/** @type {(query: Float32Array, metric: string) => ScoreAt} */
function exactly(query, metric) {
  const score = METRICS[metric](Float64Array.from(query), norm(query));
  return (chunk, place) => score(chunk.vector(place), chunk.norms[place]);
}

/** @type {(query: Float32Array, metric: string) => ScoreAt} */
function approximate(query, metric) {
  const score = approximately(Float64Array.from(query), norm(query), metric);
  return (chunk, place) => score(chunk.quantized(place), chunk.steps[place], chunk.quantizedNorms[place]);
}

/**
 * The slots are dense: the last vector moves into the slot of a removed one. Growing adds a chunk and copies nothing;
 * a chunk that becomes empty is released.
 */
export class Packed {
  /** @param {number} width numbers of each vector */
  constructor(width) {
    this.width = width;
    /** @type {Chunk[]} */
    this.chunks = [];
    /** @type {Map<number, number>} row -> slot */
    this.slots = new Map();
  }

  get count() {
    return this.slots.size;
  }

  /** Adds a vector, or replaces that of the row. @param {number} row @param {Float32Array} values */
  put(row, values) {
    if (values.length !== this.width) throw new Error(`a vector has ${values.length} numbers, not ${this.width}`);
    const slot = this.slots.get(row) ?? this.count;
    if (slot === this.chunks.length * CHUNK) this.chunks.push(new Chunk(this.width));
    this.slots.set(row, slot);
    this.write(slot, row, values, norm(values));
  }

  /** @type {(slot: number, row: number, values: Float32Array, norm: number) => void} */
  write(slot, row, values, norm) {
    const [chunk, place] = this.at(slot);
    chunk.vector(place).set(values);
    chunk.norms[place] = norm;
    ({ step: chunk.steps[place], norm: chunk.quantizedNorms[place] } = quantize(values, chunk.quantized(place)));
    chunk.rows[place] = row;
  }

  /** @param {number} row that may be unknown */
  remove(row) {
    const slot = this.slots.get(row);
    if (slot === undefined) return;
    const last = this.count - 1;
    const [chunk, place] = this.at(last);
    if (slot !== last) {
      this.slots.set(chunk.rows[place], slot);
      this.write(slot, chunk.rows[place], chunk.vector(place), chunk.norms[place]);
    }
    this.slots.delete(row);
    if (place === 0) this.chunks.pop();
  }

  /** Returns the vector of a row, or undefined. It is a view, valid until the next change. @param {number} row */
  get(row) {
    const slot = this.slots.get(row);
    if (slot === undefined) return undefined;
    const [chunk, place] = this.at(slot);
    return chunk.vector(place);
  }

  /**
   * Returns at most `count` rows with their scores, the best first. Equal scores are in the order of rows.
   * @param {Float32Array} query @param {string} metric @param {number} count
   * @param {boolean} exact or approximate, from the quantised vectors
   * @param {Iterable<number>} [among] these rows, instead of all
   */
  nearest(query, metric, count, exact, among = this.slots.keys()) {
    const score = exact ? exactly(query, metric) : approximate(query, metric);
    const best = new Best(count, metric === "euclidean");
    for (const row of among) {
      const slot = this.slots.get(row);
      if (slot === undefined) continue;
      const [chunk, place] = this.at(slot);
      best.add(row, score(chunk, place));
    }
    return best.found;
  }

  /** @param {number} slot @returns {[chunk: Chunk, place: number]} */
  at(slot) {
    return [this.chunks[Math.floor(slot / CHUNK)], slot % CHUNK];
  }
}
