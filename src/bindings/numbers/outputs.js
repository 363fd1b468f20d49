// @ts-check
/** The formats in which numbers leave: as JSON text for HTTP, or as JavaScript values for another Worker. */
import { DIMENSIONS } from "./answer.js";
import { plain } from "./arrays.js";
import { cosines } from "./cosines.js";
import { asBytes, encode, joined, rowsOf, writeRows } from "./formats.js";
import { discard } from "../isolate/memory.js";

/** @typedef {import("./answer.js").Rows} Rows */
/** @typedef {import("./formats.js").Format} Format */
/** @typedef {import("./formats.js").Text} Text */
/** @typedef {{ rows: Rows | null }} Answer see `ask` in call_ai.js */

/** Vectors in an output format: as JSON text, or as JavaScript values. */
class Vectors {
  /** @param {Rows[]} batches in order @param {Format} format @param {boolean} last whether nobody reads the rows later */
  constructor(batches, format, last) {
    this.batches = batches;
    this.format = format;
    this.last = last;
  }

  /**
   * Yields JSON in parts, one per model call: the rows, separated by commas, between `head` and `tail`. Each part is
   * built on demand, and its rows are released. See writeRows for `item`.
   * @param {Text} head @param {string} item @param {Text} tail
   */
  *parts(head, item, tail) {
    const { batches, format } = this;
    const last = batches.length - 1;
    for (let i = 0, first = 0; i <= last; i++) {
      const rows = /** @type {Rows} */ (batches.shift());
      const part = writeRows(rows, format, item, first, i ? "," : head, i === last ? tail : "");
      if (this.last) free(rows, part);
      yield part;
      first += rows.count;
    }
  }

  /** Returns arrays of numbers, or base64 strings. */
  values() {
    const { dimensions, encoding } = this.format;
    return this.batches.flatMap((rows) => rowsOf(rows, dimensions, (row) => valueOf(encode(row, encoding))));
  }

  /** Returns the numbers of all rows of one call. */
  floats() {
    return this.batches[0].floats;
  }
}

/** Frees rows, except for the bytes that are sent. @param {Rows} rows @param {Uint8Array} sent */
function free({ bytes, floats }, sent) {
  if (floats) discard(floats);
  if (bytes !== sent) discard(bytes);
}

/** @type {(row: ReturnType<typeof encode>) => string | number[]} */
function valueOf(row) {
  return row instanceof Float32Array ? plain(row) : typeof row === "string" ? row : Array.from(row);
}

/** Cosines as output. */
class Scores {
  /** @param {number[] | number[][]} scores */
  constructor(scores) {
    this.scores = scores;
  }

  values() {
    return this.scores;
  }

  /** @param {Text} head @param {string} _ @param {Text} tail */
  *parts(head, _, tail) {
    yield joined(head, JSON.stringify(this.scores).slice(1, -1), tail);
  }
}

/** The same vectors in several encodings, as the members of an object. */
class Encodings {
  /** @param {Map<string, Vectors>} members */
  constructor(members) {
    this.members = members;
  }

  /** @param {Text} head @param {string} item @param {Text} tail */
  *parts(head, item, tail) {
    let before = head;
    for (const [name, vectors] of this.members) {
      yield* vectors.parts(joined(before, `"${name}":[`), item, "]");
      before = ",";
    }
    yield asBytes(tail);
  }
}

/**
 * Returns the vectors of `answers` in an encoding, or in several ones, separated by commas.
 * @param {number} dimensions @param {string} encoding @param {Answer[]} answers in order
 */
export function join(dimensions, encoding, ...answers) {
  const batches = answers.map(({ rows }) => /** @type {Rows} */ (rows));
  const names = encoding.split(",");
  const members = names.map((name, i) => new Vectors([...batches], { dimensions, encoding: name }, !names[i + 1]));
  return names.length === 1 ? members[0] : new Encodings(new Map(names.map((name, i) => [name, members[i]])));
}

/** @param {number} dimensions @param {boolean} source whether row 0 is the source @param {Answer[]} answers in order, with floats */
export function similarity(dimensions, source, ...answers) {
  const parts = answers.map(({ rows }) => /** @type {Float32Array} */ (/** @type {Rows} */ (rows).floats));
  const floats = together(parts);
  return new Scores(cosines(floats, floats.length / DIMENSIONS, dimensions, source));
}

/** @param {Float32Array[]} parts */
function together(parts) {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
