// @ts-check
/**
 * Reads and validates the model's answer. This is the only validator, for every output format.
 * This module does no I/O and does not use the Workers runtime.
 */

export const DIMENSIONS = 768;

const COMMA = 44; // ","
const MINUS = 45; // "-"
const OPEN = 91; // "["
const CLOSE = 93; // "]"
const SPACE = 32;
const ALL_ZEROS = -2; // returned instead of an index
const POINT = 46; // "."
const ZERO = 48; // "0"
const LOWER_E = 101; // "e"; 0x20 makes a capital letter small

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** An invalid answer. The message is for the caller. */
export class InvalidAnswer extends Error {}

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
    const end = scanRow(view, bytes, at, floats, i * DIMENSIONS);
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

/** 10 to the power of minus the index. */
const SCALE = Float64Array.from({ length: 23 }, (_, power) => Number(`1e-${power}`));
const POWER = [1, 10, 100, 1000];
const double = new Float64Array(1);
const doubleBits = new Int32Array(double.buffer);

/**
 * Checks one row of 768 JSON numbers that starts at `at`. Returns the index of its end, or ALL_ZEROS, or -1 if it is
 * invalid. Writes the numbers to `floats` from index `first` on, unless `floats` is null.
 *
 * This loop reads every byte of every answer. For speed, it is one long function and avoids unpredictable branches.
 * `byte ^ 0x30` is the value of a digit, and above 9 for every other byte. Digits after a point are read four at a time,
 * see `marks`. A number is computed as digits * 10^-places in double precision, which is accurate to a few units in the
 * last place. Where this could round to a different float32 than the exact number, `exact` is used.
 * @type {(view: DataView, bytes: Uint8Array, at: number, floats: Float32Array | null, first: number) => number}
 */
function scanRow(view, bytes, at, floats, first) {
  const last = bytes.length - 4; // at least three bytes follow the last digit of an answer
  const valued = floats !== null;
  let nonZero = false;
  if (bytes[at++] !== OPEN) return -1;
  for (let i = 0; i < DIMENSIONS; i++) {
    if (i && bytes[at++] !== COMMA) return -1;
    if (bytes[at] === SPACE) at++;
    const start = at;
    const sign = ((bytes[at] ^ MINUS) - 1) >>> 31; // 1 for a minus, without a branch
    at += sign;
    let value = bytes[at++] ^ ZERO;
    let places = 0;
    if (value > 9) return -1;
    if (value !== 0) for (; (bytes[at] ^ ZERO) <= 9; at++) value = value * 10 + (bytes[at] ^ ZERO);
    if (bytes[at] === POINT) {
      const point = ++at;
      for (; at <= last; at += 4) {
        const four = view.getInt32(at, true);
        const others = marks(four);
        if (others !== 0) {
          const left = (31 - Math.clz32(others & -others)) >>> 3; // digits before the first other byte
          if (valued) value = value * POWER[left] + fourDigits((four << (24 - 8 * left)) << 8);
          at += left;
          break;
        }
        if (valued) value = value * 10000 + fourDigits(four);
      }
      if ((places = at - point) === 0) return -1;
    }
    const power = (bytes[at] | 0x20) === LOWER_E;
    if (power && (at = endOfPower(bytes, at)) < 0) return -1;
    if (!valued && nonZero && !power && at - start < 38) continue; // finite, and the value is not needed
    value *= SCALE[places];
    double[0] = value;
    const middle = (doubleBits[0] & 0x1fffffff) - 0x10000000; // distance from the midpoint of two float32
    const sure = valued && !power && places < SCALE.length && (middle > 64 || middle < -64);
    if (!sure) value = exact(bytes, start + sign, at);
    const rounded = Math.fround(value);
    if (rounded === Infinity) return -1;
    if (rounded !== 0) nonZero = true;
    if (valued) floats[first + i] = sign ? -rounded : rounded;
  }
  if (bytes[at] !== CLOSE) return -1;
  return nonZero ? at + 1 : ALL_ZEROS;
}

/**
 * Returns 0 if all four bytes are digits; otherwise sets high bits in every byte that is not. The upper half of a digit
 * is 3, also after adding 6. A carry only reaches bytes after a marked one.
 * @type {(four: number) => number}
 */
function marks(four) {
  return ((four ^ 0x30303030) | ((four + 0x06060606) ^ 0x30303030)) & 0xf0f0f0f0;
}

/** Returns the value of four digits. @type {(four: number) => number} */
function fourDigits(four) {
  const digits = four & 0x0f0f0f0f;
  const pairs = digits * 10 + (digits >>> 8); // bytes 0 and 2 now hold the value of two digits each
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}

/** @type {(bytes: Uint8Array, at: number) => number} */
function endOfPower(bytes, at) {
  const power = /^[eE][-+]?\d+/.exec(latin1.decode(bytes.subarray(at, at + 24)));
  return power ? at + power[0].length : -1;
}

/** @type {(bytes: Uint8Array, start: number, end: number) => number} */
function exact(bytes, start, end) {
  return Number(latin1.decode(bytes.subarray(start, end)));
}
