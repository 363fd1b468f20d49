// @ts-check
/**
 * Formats vectors: the model's own digits, fewer dimensions, base64, small integers.
 * This module does no I/O and does not use the Workers runtime.
 */
import { DIMENSIONS } from "./answer.js";
import { length } from "./cosines.js";
import { Writer } from "./writer.js";

/** @typedef {import("./answer.js").Rows} Rows */

const COMMA = 44;
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** @typedef {string | Uint8Array} Text as JSON, as bytes if it is large */

/**
 * The output format: `dimensions` numbers per row. `encoding` is "float", "int8", "uint8", "binary", "ubinary", or
 * "base64", which means float32, or "base64:TYPE".
 * @typedef {{ dimensions: number, encoding: string }} Format
 */

const NUMBER_BYTES = 25; // longest number in JavaScript, plus a comma
const ENCODED_BYTES = 6; // most of a number as base64 of a float32, or as an integer

/**
 * Returns rows as JSON text, separated by commas, between `head` and `tail`.
 * `item` is the template of a row: `@` is replaced with its numbers and `#` with its index, counted from `first`.
 * @param {Rows} rows @param {Format} format @param {string} item @param {number} first
 * @param {Text} head @param {Text} tail they may hold the texts of the request
 * @returns {Uint8Array}
 */
export function writeRows(rows, format, item, first, head, tail) {
  if (item === "@" && keepsDigits(format, rows) && isWhole(rows, head, tail)) return rows.bytes;
  const [before, after] = item.split("@").map((text) => text.split("#"));
  const each = rowBytes(rows, format) + item.length + 2 * NUMBER_BYTES;
  const [start, end] = [asBytes(head), asBytes(tail)];
  const out = new Writer(rows.count * each + start.length + end.length);
  out.copy(start);
  for (let i = 0; i < rows.count; i++) {
    out.text((i ? "," : "") + before.join(`${first + i}`));
    writeRow(out, rows, i, format);
    out.text(after.join(`${first + i}`));
  }
  out.copy(end);
  return out.bytes.subarray(0, out.at);
}

/** @param {Text} text */
export function asBytes(text) {
  return typeof text === "string" ? encoder.encode(text) : text;
}

/** Returns one text after the other. @param {Text[]} texts */
export function joined(...texts) {
  const parts = texts.map(asBytes);
  const out = new Writer(parts.reduce((sum, part) => sum + part.length, 0));
  for (const part of parts) out.copy(part);
  return out.bytes;
}

/**
 * Returns whether the model's answer is already the requested output.
 * @type {(rows: Rows, head: Text, tail: Text) => boolean}
 */
function isWhole({ bytes, spans }, head, tail) {
  const [start, end] = [spans[0], spans[spans.length - 1]];
  return latin1.decode(bytes.subarray(0, start)) === head && latin1.decode(bytes.subarray(end)) === tail;
}

/**
 * Returns whether the output is the model's own digits, unchanged. Of a large batch they may not have been kept.
 * @type {(format: Format, rows: Rows) => boolean}
 */
function keepsDigits({ dimensions, encoding }, { bytes }) {
  return dimensions === DIMENSIONS && encoding === "float" && bytes.length > 0;
}

/** @type {(rows: Rows, format: Format) => number} */
function rowBytes(rows, format) {
  const { count, spans } = rows;
  return keepsDigits(format, rows)
    ? Math.ceil((spans[2 * count - 1] - spans[0]) / count)
    : format.dimensions * (format.encoding.startsWith("float") ? NUMBER_BYTES : ENCODED_BYTES) + 8;
}

/** @type {(out: Writer, rows: Rows, i: number, format: Format) => void} */
function writeRow(out, rows, i, format) {
  const { bytes, spans, floats } = rows;
  if (!floats || keepsDigits(format, rows)) return out.copy(bytes.subarray(spans[2 * i], spans[2 * i + 1]));
  const row = encode(unitRow(floats, i, format.dimensions), format.encoding);
  if (typeof row === "string") return out.text(`"${row}"`);
  if (!(row instanceof Float32Array)) return out.text(`[${row.join()}]`);
  out.text("[");
  for (let j = 0; j < row.length; j++) {
    if (j) out.bytes[out.at++] = COMMA;
    out.number(row[j]);
  }
  out.text("]");
}

/**
 * Converts a row to its output encoding. base64 has little-endian float32, the byte order of every machine that runs
 * Workers.
 * @type {(row: Float32Array, encoding: string) => Float32Array | Int8Array | Uint8Array | string}
 */
export function encode(row, encoding) {
  const values = quantize(row, encoding.replace(/^base64:/, ""));
  if (!encoding.startsWith("base64")) return values;
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).toBase64();
}

/**
 * int8 scales the largest component to 127 or -127, uint8 adds 128 to that. binary and ubinary pack sign bits, the first
 * into the highest bit as NumPy's packbits does; binary subtracts 128.
 * @type {(row: Float32Array, type: string) => Float32Array | Int8Array | Uint8Array}
 */
function quantize(row, type) {
  switch (type) {
    case "int8":
      return Int8Array.from(row, scaling(row));
    case "uint8":
      return Uint8Array.from(Int8Array.from(row, scaling(row)), (value) => value + 128);
    case "binary":
      return Int8Array.from(signBits(row), (byte) => byte - 128);
    case "ubinary":
      return signBits(row);
  }
  return row;
}

/** @type {(row: Float32Array) => (value: number) => number} */
function scaling(row) {
  const scale = 127 / row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (value) => Math.round(value * scale);
}

/** @type {(row: Float32Array) => Uint8Array} */
function signBits(row) {
  const bytes = new Uint8Array(row.length / 8);
  for (let j = 0; j < row.length; j++) if (row[j] > 0) bytes[j >> 3] |= 128 >> (j & 7);
  return bytes;
}

/**
 * Returns row `i`. Fewer than 768 dimensions are truncated and renormalised (Matryoshka).
 * @type {(floats: Float32Array, i: number, dimensions: number) => Float32Array}
 */
export function unitRow(floats, i, dimensions) {
  const row = floats.slice(i * DIMENSIONS, i * DIMENSIONS + dimensions);
  if (dimensions === DIMENSIONS) return row;
  const scale = 1 / length(row);
  for (let j = 0; j < dimensions; j++) row[j] *= scale;
  return row;
}

/** Returns what `convert` makes of each row.
 * @type {<T>(rows: Rows, dimensions: number, convert: (row: Float32Array) => T) => T[]} */
export function rowsOf({ count, floats }, dimensions, convert) {
  return Array.from({ length: count }, (_, i) => convert(unitRow(/** @type {Float32Array} */ (floats), i, dimensions)));
}
