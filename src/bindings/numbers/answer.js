// @ts-check
/**
 * Reads and validates the model's answer. This is the only validator, for every output format.
 * This module does no I/O and does not use the Workers runtime.
 */
import { ALL_ZEROS, scanRow } from "./digits.js";

export const DIMENSIONS = 768;

const COMMA = 44; // ","
const SPACE = 32;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** An invalid answer. The message is for the caller. */
export class InvalidAnswer extends Error {}

/** A call without an answer: "broken", "timeout" or "busy". */
export class Fault extends Error {
  /** @param {string} fault */
  constructor(fault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Valid rows: `count` rows of 768 numbers that are finite as float32; no row is all zeros.
 * `bytes` is the JSON text; row `i` is from `spans[2 * i]` to `spans[2 * i + 1]`. `floats` has the same numbers, or is
 * null if only the text is needed.
 * @typedef {{ count: number, bytes: Uint8Array, spans: Uint32Array, floats: Float32Array | null }} Rows
 */

/**
 * Reads an answer of the model: `{"shape": [count, 768], "data": [[...], ...]}`.
 * The scanner reads the compact layout. JSON in another layout is parsed, serialised and scanned again.
 * @param {Uint8Array} bytes
 * @param {number} count number of texts in the request
 * @param {boolean} withFloats whether `floats` are needed
 * @param {number} dimensions how many numbers of each row will be used; they must not all be zero
 * @returns {Rows}
 * @throws {InvalidAnswer}
 */
export function readAnswer(bytes, count, withFloats, dimensions = DIMENSIONS) {
  let rows = scanAnswer(bytes, count, withFloats);
  if (typeof rows === "string") rows = scanAnswer(compact(bytes, count), count, withFloats);
  if (typeof rows === "string") throw new InvalidAnswer(rows);
  const { floats } = rows;
  for (let i = 0; floats && dimensions < DIMENSIONS && i < count; i++) {
    if (isZero(floats, i * DIMENSIONS, dimensions)) {
      throw new InvalidAnswer(`The first ${dimensions} numbers of the model's row ${i} are all zero.`);
    }
  }
  return rows;
}

/** @type {(floats: Float32Array, start: number, length: number) => boolean} */
function isZero(floats, start, length) {
  for (let i = start; i < start + length; i++) if (floats[i] !== 0) return false;
  return true;
}

const HEAD = /^\{(?:"shape": ?\[(\d+), ?(\d+)\], ?)?"data": ?\[/;
const HEAD_LENGTH = 64;

/**
 * Returns the rows of an answer in compact layout, or the reason why it is invalid.
 * @type {(bytes: Uint8Array, count: number, withFloats: boolean) => Rows | string}
 */
function scanAnswer(bytes, count, withFloats) {
  const head = HEAD.exec(latin1.decode(bytes.subarray(0, HEAD_LENGTH)));
  if (!head || (head[1] && (Number(head[1]) !== count || Number(head[2]) !== DIMENSIONS))) {
    return `The model's answer does not have the shape [${count}, ${DIMENSIONS}].`;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const floats = withFloats ? new Float32Array(count * DIMENSIONS) : null;
  const spans = new Uint32Array(2 * count);
  let at = head[0].length;
  for (let i = 0; i < count; i++) {
    if (i && bytes[at++] !== COMMA) return `The model returned ${i} rows for ${count} texts.`;
    if (i && bytes[at] === SPACE) at++;
    const end = scanRow(view, bytes, at, DIMENSIONS, floats, i * DIMENSIONS);
    if (end === ALL_ZEROS) return `The model's row ${i} is all zeros.`;
    if (end < 0) return `The model's row ${i} is not ${DIMENSIONS} numbers.`;
    spans[2 * i] = at;
    spans[2 * i + 1] = at = end;
  }
  const ends = latin1.decode(bytes.subarray(at, at + 3)) === "]}";
  return ends ? { count, bytes, spans, floats } : `The model's answer does not end after ${count} rows.`;
}

/**
 * Converts an answer to compact layout. Values that are not numbers are kept, and the scanner rejects them.
 * @type {(bytes: Uint8Array, count: number) => Uint8Array}
 */
function compact(bytes, count) {
  try {
    const text = utf8.decode(bytes);
    const { shape, data } = JSON.parse(text);
    const fits = shape === undefined || JSON.stringify(shape) === JSON.stringify([count, DIMENSIONS]);
    const once = topLevelKeys(text).filter((key) => key === "data").length === 1;
    return encoder.encode(fits && once ? `{"data":${JSON.stringify(data)}}` : "");
  } catch {
    throw new InvalidAnswer("The model's answer is not JSON.");
  }
}

/**
 * Returns the keys of a JSON object, including duplicates, of which JSON.parse would keep only the last.
 * @type {(text: string) => string[]}
 */
function topLevelKeys(text) {
  let depth = 0;
  const keys = [];
  for (const [token, string] of text.matchAll(/[[{]|[\]}]|("[^"\\]*(?:\\.[^"\\]*)*")\s*:|"[^"\\]*(?:\\.[^"\\]*)*"/g)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    else if (string && depth === 1) keys.push(JSON.parse(string));
  }
  return keys;
}
