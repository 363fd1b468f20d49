// @ts-check
/** Limits the nesting of JSON. msgspec recurses on the WebAssembly stack, and an overflow terminates the isolate. */

export const MAX_DEPTH = 64;

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = [91, 123]; // "[" and "{"
const CLOSE = [93, 125]; // "]" and "}"

/**
 * Returns whether JSON is nested deeper than MAX_DEPTH. Brackets in strings are ignored. One pass, no recursion.
 * @param {Uint8Array} bytes
 */
export function isTooDeep(bytes) {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = endOfString(bytes, i + 1);
    else if (byte === OPEN[0] || byte === OPEN[1]) {
      if (++depth > MAX_DEPTH) return true;
    } else if (byte === CLOSE[0] || byte === CLOSE[1]) depth--;
  }
  return false;
}

/** @type {(bytes: Uint8Array, i: number) => number} */
function endOfString(bytes, i) {
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}
