// @ts-check
/**
 * Reads and writes the digits of numbers, with the bit tricks that make this fast. `answer.js` says what a valid answer
 * is, and `numbers.js` what the output is.
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
const encoder = new TextEncoder();

/** 10 to the power of minus the index. */
const SCALE = Float64Array.from({ length: 23 }, (_, power) => Number(`1e-${power}`));
const POWER = [1, 10, 100, 1000];
const double = new Float64Array(1);
const doubleBits = new Int32Array(double.buffer);

/**
 * Checks one row of `count` JSON numbers that starts at `at`. Returns the index of its end, or ALL_ZEROS, or -1 if it is
 * invalid. Writes the numbers to `floats` from index `first` on, unless `floats` is null.
 *
 * This loop reads every byte of every answer. For speed, it is one long function and avoids unpredictable branches.
 * `byte ^ 0x30` is the value of a digit, and above 9 for every other byte. Digits after a point are read four at a time,
 * see `marks`. A number is computed as digits * 10^-places in double precision, which is accurate to a few units in the
 * last place. Where this could round to a different float32 than the exact number, `exact` is used.
 * @type {(view: DataView, bytes: Uint8Array, at: number, count: number, floats: Float32Array | null, first: number) => number}
 */
export function scanRow(view, bytes, at, count, floats, first) {
  const last = bytes.length - 4; // at least three bytes follow the last digit of an answer
  const valued = floats !== null;
  let nonZero = false;
  if (bytes[at++] !== OPEN) return -1;
  for (let i = 0; i < count; i++) {
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

/** A buffer for JSON text, filled up to `at`. The caller must know the maximum size. */
export class Writer {
  /** @param {number} size */
  constructor(size) {
    this.bytes = new Uint8Array(size);
    this.at = 0;
  }

  /** @param {string} text */
  text(text) {
    this.at += encoder.encodeInto(text, this.bytes.subarray(this.at)).written;
  }

  /** @param {Uint8Array} bytes */
  copy(bytes) {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /**
   * Writes a float32 with nine significant digits, which identify a float32.
   * @param {number} value
   */
  number(value) {
    const size = Math.abs(value);
    const zeros = zerosOf(size);
    const digits = Math.round(size * DIGITS[zeros]);
    if (!(size >= 0.0001 && digits < 1e9)) return this.text(String(value));
    const { bytes } = this;
    if (value < 0) bytes[this.at++] = MINUS;
    bytes[this.at++] = ZERO;
    bytes[this.at++] = POINT;
    for (let i = 0; i < zeros; i++) bytes[this.at++] = ZERO;
    const high = (digits / 1e5) | 0;
    this.digits(high, 4);
    this.digits(digits - high * 1e5, 5);
  }

  /** Writes an integer with leading zeros. @param {number} value @param {number} width */
  digits(value, width) {
    for (let i = this.at + width - 1; i >= this.at; i--) {
      const rest = (value / 10) | 0;
      this.bytes[i] = ZERO + value - rest * 10;
      value = rest;
    }
    this.at += width;
  }
}

/** Factors that turn nine significant digits into an integer, by the number of zeros after the point. */
const DIGITS = [1e9, 1e10, 1e11, 1e12];

/** Returns the number of zeros after the point, at most 3. @type {(size: number) => number} */
function zerosOf(size) {
  return size >= 0.1 ? 0 : size >= 0.01 ? 1 : size >= 0.001 ? 2 : 3;
}

/**
 * Copies float32 numbers to an array, with nine significant digits where they identify the float32.
 * @type {(row: Float32Array, values: number[]) => void}
 */
export function copyShort(row, values) {
  for (let i = 0; i < values.length; i++) {
    const power = DIGITS[zerosOf(Math.abs(row[i]))];
    const short = Math.round(row[i] * power) / power;
    values[i] = Math.fround(short) === row[i] ? short : row[i];
  }
}
