// @ts-check
/** Measures values that other Workers send before they become JSON: a few bytes can be a value that is huge as JSON. */
import { MAX_DEPTH, MAX_VALUES } from "./limits.js";

const DATE_BYTES = 26;
const ESCAPED = 6; // bytes of an escape such as \u0000
const SHORT = "\b\t\n\f\r"; // control characters that have a short one
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;

/** Its message is "too_large", "too_deep", "too_many_values", or the type of a value that is not plain data. */
export class Rejected extends Error {}

/**
 * Counts the bytes and values that a value has as JSON, and throws as soon as a limit is exceeded. A few bytes of another
 * Worker can be an array of a billion holes, or an object with many references to the same large child. A cycle counts
 * as nesting that is too deep.
 */
export class Budget {
  /** @param {number} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.values = MAX_VALUES;
  }

  /** @param {any} value @param {number} depth */
  measure(value, depth) {
    this.take(1);
    if (typeof value === "string") this.takeText(value);
    else if (typeof value === "number") this.takeNumber(value);
    else if (value instanceof Date && !Number.isNaN(value.getTime())) this.take(DATE_BYTES);
    else if (Array.isArray(value) || isPlainObject(value)) this.measureAll(value, depth + 1);
    else if (value != null && typeof value !== "boolean") throw new Rejected(typeName(value));
  }

  /** @param {any} value @param {number} depth */
  measureAll(value, depth) {
    if (depth > MAX_DEPTH) throw new Rejected("too_deep");
    if (Array.isArray(value)) {
      this.takeValues(value.length);
      for (let i = 0; i < value.length; i++) this.measure(value[i], depth);
      return;
    }
    const names = Object.keys(value);
    this.takeValues(names.length);
    for (const name of names) {
      this.takeText(name);
      this.measure(value[name], depth);
    }
  }

  /** @param {number} bytes */
  take(bytes) {
    this.bytes -= bytes;
    if (this.bytes < 0) throw new Rejected("too_large");
  }

  /** @param {string} text */
  takeText(text) {
    this.take(jsonBytes(text, this.bytes));
  }

  /** JSON would have null for a number that is not finite. @param {number} value */
  takeNumber(value) {
    if (!Number.isFinite(value)) throw new Rejected(String(value));
    this.take(String(value).length);
  }

  /** @param {number} count */
  takeValues(count) {
    if (count > this.bytes) throw new Rejected("too_large");
    this.values -= count;
    if (this.values < 0) throw new Rejected("too_many_values");
  }
}

/** @param {unknown} value */
export function isPlainObject(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** @param {unknown} value */
function typeName(value) {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * Returns how many bytes a text has in JSON, without its quotes. It stops once there are more than `most`.
 * @param {string} text @param {number} [most]
 */
export function jsonBytes(text, most = Infinity) {
  let bytes = 0;
  for (let i = 0; i < text.length && bytes <= most; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      const size = wideBytes(text, i, code);
      if (size === 4) i++;
      bytes += size;
    } else if (code === QUOTE || code === BACKSLASH) bytes += 2;
    else if (code < SPACE) bytes += SHORT.includes(text[i]) ? 2 : ESCAPED;
    else bytes++;
  }
  return bytes;
}

/** Returns the bytes of a character beyond ASCII; half of a surrogate pair is escaped. @type {(text: string, i: number, code: number) => number} */
function wideBytes(text, i, code) {
  if (code < 0x800) return 2;
  if (code < 0xd800 || code > 0xdfff) return 3;
  const next = text.charCodeAt(i + 1);
  return code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff ? 4 : ESCAPED;
}
