// @ts-check
/**
 * Reads the digits of numbers, with the bit tricks that make this fast. `answer.js` says what a valid answer is, and
 * `writer.js` writes digits.
 * This module does no I/O and does not use the Workers runtime.
 */

const COMMA = 44; // ","
const MINUS = 45; // "-"
const OPEN = 91; // "["
const CLOSE = 93; // "]"
const SPACE = 32;
const POINT = 46; // "."
const ZERO = 48; // "0"
const LOWER_E = 101; // "e"; 0x20 makes a capital letter small
export const ALL_ZEROS = -2; // returned instead of an index

const latin1 = new TextDecoder("latin1");

/** 10 to the power of minus the index. */
const SCALE = Float64Array.from({ length: 23 }, (_, power) => Number(`1e-${power}`));
const POWER = [1, 10, 100, 1000];
const ZERO_POINT = 0x2e30; // "0.", as a little-endian integer
const LONG = 16; // digits that are read at once
const LEAST_LONG = 1e12; // 0.0001 as 16 digits; of a smaller number, later digits count too
const BELOW = 1 - 2e-12; // the relative error of a number is smaller than 2e-12
const ABOVE = 1 + 2e-12;

/**
 * Checks one row of `count` JSON numbers that starts at `at`. Returns the index of its end, or ALL_ZEROS, or -1 if it is
 * invalid. Writes the numbers to `floats` from index `first` on, unless `floats` is null.
 *
 * This loop reads every byte of every answer. For speed, it is one long function and avoids unpredictable branches.
 * `byte ^ 0x30` is the value of a digit, and above 9 for every other byte. Digits after a point are read four at a time,
 * see `marks`; of most numbers, the first 16 after "0." are read together. A number is computed as digits * 10^-places
 * in double precision. Where its error could change the float32, `exact` is used.
 * @type {(view: DataView, bytes: Uint8Array, at: number, count: number, floats: Float32Array | null, first: number) => number}
 */
export function scanRow(view, bytes, at, count, floats, first) {
  const last = bytes.length - 4; // at least three bytes follow the last digit of an answer
  const lastLong = last - LONG;
  const valued = floats !== null;
  let nonZero = false;
  if (bytes[at++] !== OPEN) return -1;
  for (let i = 0; i < count; i++) {
    if (i && bytes[at++] !== COMMA) return -1;
    if (bytes[at] === SPACE) at++;
    const sign = ((bytes[at] ^ MINUS) - 1) >>> 31; // 1 for a minus, without a branch
    at += sign;
    const start = at;
    if (at <= lastLong && view.getUint16(at, true) === ZERO_POINT && areDigits(view, at + 2)) {
      for (at += 2 + LONG; at <= last; at += 4) {
        const others = marks(view.getInt32(at, true));
        if (others === 0) continue;
        at += before(others);
        break;
      }
      if ((bytes[at] | 0x20) !== LOWER_E) {
        if (!valued && nonZero) continue; // the value is not needed
        const value = eightDigits(view, start + 2) * 1e8 + eightDigits(view, start + 10);
        let rounded = Math.fround(value * (1e-16 * BELOW));
        const sure = value >= LEAST_LONG && rounded === Math.fround(value * (1e-16 * ABOVE));
        if (!sure) rounded = Math.fround(exact(bytes, start, at));
        if (rounded !== 0) nonZero = true;
        if (valued) floats[first + i] = sign ? -rounded : rounded;
        continue;
      }
      at = start;
    }
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
          const left = before(others);
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
    const quick = valued && !power && places < SCALE.length;
    if (quick) value *= SCALE[places];
    let rounded = Math.fround(value * BELOW);
    if (!quick || rounded !== Math.fround(value * ABOVE)) rounded = Math.fround(exact(bytes, start, at));
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

/** Returns the number of digits before the first marked byte. @type {(others: number) => number} */
function before(others) {
  return (31 - Math.clz32(others & -others)) >>> 3;
}

/**
 * Returns whether 16 bytes are digits. The last ones are looked at first, because of most shorter numbers they are none.
 * @type {(view: DataView, at: number) => boolean}
 */
function areDigits(view, at) {
  if (marks(view.getInt32(at + 12, true)) !== 0) return false;
  return (marks(view.getInt32(at, true)) | marks(view.getInt32(at + 4, true)) | marks(view.getInt32(at + 8, true))) === 0;
}

/** @type {(view: DataView, at: number) => number} */
function eightDigits(view, at) {
  return fourDigits(view.getInt32(at, true)) * 10000 + fourDigits(view.getInt32(at + 4, true));
}

/** Returns the value of four digits: of two pairs, and of both together. @type {(four: number) => number} */
function fourDigits(four) {
  const pairs = (Math.imul(four & 0x0f0f0f0f, 10 * 256 + 1) >>> 8) & 0x00ff00ff;
  return Math.imul(pairs, (100 << 16) + 1) >>> 16;
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
