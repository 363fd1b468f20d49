// @ts-check
/**
 * Limits of JSON that Python decodes. msgspec recurses on the WebAssembly stack, and an overflow terminates the isolate.
 * A value of two bytes can take 70 bytes of Python's memory, which never shrinks. The runtime fixes the seed of Python's
 * hashes, so that keys can be found that have the same one: each of them is compared with all others of its object.
 */

export const MAX_DEPTH = 64;
export const MAX_VALUES = 100_000;
export const MAX_KEYS = 2_000;
const THROWN_CHARS = 1_000;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = [91, 123]; // "[" and "{"
const CLOSE = [93, 125]; // "]" and "}"
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const EIGHT = 56;
const NINE = 57;
const LOWER_D = 100;
const LOWER_E = 101;
const LOWER_U = 117;
const EXACT_DIGITS = 20; // 19 and the point: beyond, a float takes more than integer arithmetic
const USUAL_DIGITS = 26; // characters of a number, such as -1.7976931348623157e+308

/**
 * Returns the limit that JSON exceeds, see `measure`. @param {Uint8Array} bytes @param {number} [most] @param {boolean} [commas]
 */
export function excess(bytes, most = MAX_VALUES, commas = true) {
  return measure(bytes, most, commas).fault;
}

/**
 * Returns the number of `values` in JSON, and the `fault`: "too_deep", "too_many_values", or "" for none. Commas, arrays,
 * objects and keys count as values, and numbers that take long; without `commas`, only arrays and objects. An object with
 * over 2,000 keys has too many values. Strings are skipped. One pass, no recursion.
 * @param {Uint8Array} bytes @param {number} [most] values @param {boolean} [commas]
 */
export function measure(bytes, most = MAX_VALUES, commas = true) {
  const keys = new Uint32Array(MAX_DEPTH + 1);
  let depth = 0;
  let values = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = endOfString(bytes, i + 1);
    else if (byte === COMMA) values += commas ? 1 : 0;
    else if (byte === COLON) values += ++keys[depth] > MAX_KEYS ? Infinity : commas ? 1 : 0;
    else if (byte === OPEN[0] || byte === OPEN[1]) {
      values++;
      if (++depth > MAX_DEPTH) return { fault: "too_deep", values };
      keys[depth] = 0;
    } else if (byte === CLOSE[0] || byte === CLOSE[1]) depth--;
    else if (commas && isDigit(byte)) {
      const end = endOfNumber(bytes, i + 1);
      if (end - i > 3) values += weight(bytes, i, end);
      i = end - 1;
    }
  }
  return { fault: values > most ? "too_many_values" : "", values };
}

/**
 * Returns for how many values a number counts besides its comma. Python takes microseconds for a number with a large
 * exponent or many digits. @param {Uint8Array} bytes @param {number} start @param {number} end
 */
function weight(bytes, start, end) {
  let i = end;
  while (i > start && isDigit(bytes[i - 1])) i--;
  let power = 0;
  const sign = bytes[i - 1] === PLUS || bytes[i - 1] === MINUS ? 1 : 0;
  const hasPower = (bytes[i - 1 - sign] | 0x20) === LOWER_E;
  const isFraction = hasPower || bytes[i - 1] === POINT;
  const isLong = isFraction && (hasPower ? i - 1 - sign : end) - start > EXACT_DIGITS;
  if (hasPower) for (; i < end; i++) power = Math.min(1000, power * 10 + bytes[i] - ZERO);
  return Math.max(0, end - start - USUAL_DIGITS) + (isLong ? 4 : 0) + (power < 23 ? 0 : power < 100 ? 8 : 64);
}

/** @type {(byte: number) => boolean} */
function isDigit(byte) {
  return byte >= ZERO && byte <= NINE;
}

/** @type {(bytes: Uint8Array, i: number) => number} */
function endOfNumber(bytes, i) {
  while (isDigit(bytes[i]) || bytes[i] === POINT || (bytes[i] | 0x20) === LOWER_E || bytes[i] === PLUS || bytes[i] === MINUS) i++;
  return i;
}

/**
 * Returns the beginning of what was thrown, as text that Python can encode. Anything may be thrown, also what has no text.
 * @param {unknown} thrown
 */
export function thrownText(thrown) {
  try {
    return String(thrown).slice(0, THROWN_CHARS).toWellFormed();
  } catch {
    return "unknown";
  }
}

/**
 * Returns how many bytes Python needs for the texts in JSON, at most: it stores every character of a text with one in as
 * many bytes as the widest one needs.
 * @param {Uint8Array} bytes
 */
export function textBytes(bytes) {
  let characters = 0;
  let width = 1;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if ((byte & 0xc0) !== 0x80) characters++;
    if (byte >= 0xf0) width = 4;
    else if (byte >= 0xc4) width = Math.max(width, 2);
    else if (byte === BACKSLASH && bytes[i + 1] === LOWER_U) width = Math.max(width, isSurrogate(bytes, i + 2) ? 4 : 2);
  }
  return characters * width;
}

/** @type {(bytes: Uint8Array, i: number) => boolean} */
function isSurrogate(bytes, i) {
  return (bytes[i] | 0x20) === LOWER_D && bytes[i + 1] >= EIGHT;
}

/** @type {(bytes: Uint8Array, i: number) => number} */
function endOfString(bytes, i) {
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}
