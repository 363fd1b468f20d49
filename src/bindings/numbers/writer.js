// @ts-check
/**
 * Writes texts, bytes and the digits of numbers into one buffer, with the bit tricks that make this fast.
 * This module does no I/O and does not use the Workers runtime.
 */

const MINUS = 45; // "-"
const ZERO = 48; // "0"
const ZERO_POINT = 0x2e30; // "0.", as a little-endian integer
const encoder = new TextEncoder();

/** Two digits as text, as a little-endian integer, by their value. */
const PAIRS = Uint16Array.from({ length: 100 }, (_, value) => ZERO + Math.floor(value / 10) + ((ZERO + (value % 10)) << 8));
const PLACES = 1e10; // a float32 from 1/1,024 on is identified by ten decimals
const LEAST = 1 / 1024;
const TO_INTEGER = 1.5 * 2 ** 52; // added and taken away again, it rounds a smaller number

/** A buffer for JSON text, filled up to `at`. The caller must know the maximum size. */
export class Writer {
  /** @param {number} size */
  constructor(size) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
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
   * Writes a float32 with digits that identify it: ten decimals, or what JavaScript writes of very small and large ones.
   * @param {number} value
   */
  number(value) {
    const size = Math.abs(value);
    const digits = size * PLACES + TO_INTEGER - TO_INTEGER;
    if (!(size >= LEAST && digits < PLACES)) return this.text(String(value));
    if (value < 0) this.bytes[this.at++] = MINUS;
    const two = (digits / 1e8) | 0;
    const eight = (digits - two * 1e8) | 0;
    const four = (eight / 1e4) | 0;
    this.view.setUint32(this.at, ZERO_POINT | (PAIRS[two] << 16), true);
    this.view.setUint32(this.at + 4, fourBytes(four), true);
    this.view.setUint32(this.at + 8, fourBytes(eight - four * 1e4), true);
    this.at += 12;
  }
}

/** Returns four digits as text, as a little-endian integer. @type {(value: number) => number} */
function fourBytes(value) {
  const pair = (value / 100) | 0;
  return PAIRS[pair] | (PAIRS[value - pair * 100] << 16);
}

/**
 * Copies float32 numbers to an array, with ten or thirteen decimals where they identify the float32: their JSON is
 * shorter.
 * @type {(row: Float32Array, values: number[]) => void}
 */
export function copyShort(row, values) {
  for (let i = 0; i < values.length; i++) {
    const value = row[i];
    const places = Math.abs(value) >= LEAST ? PLACES : 1000 * PLACES;
    const short = (value * places + TO_INTEGER - TO_INTEGER) / places;
    values[i] = Math.fround(short) === value ? short : value;
  }
}
