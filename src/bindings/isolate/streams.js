// @ts-check
/** Reads streams into buffers that their readers own: a chunk of a byte would keep a buffer of its own. */

const LEAST = 16_384; // bytes for one step: a chunk can be one byte

/**
 * Reads into `view`, whose buffer is in the result. A step has at least 16 KiB, unless `view` or `left` is less, or the
 * stream ends. @param {ReadableStreamBYOBReader} reader @param {Uint8Array<ArrayBuffer>} view @param {number} [left] bytes that may come
 * @returns {Promise<{ done: boolean, value: Uint8Array<ArrayBuffer> }>}
 */
export function readInto(reader, view, left = Infinity) {
  const runtime = /** @type {any} */ (reader);
  const least = Math.min(view.length, left, LEAST);
  // of the runtime; Node.js has only `read`
  return runtime.readAtLeast ? runtime.readAtLeast(least, view) : runtime.read(view);
}

/** Returns a larger buffer that begins with `bytes`. @param {Uint8Array} bytes @param {number} size */
export function enlarged(bytes, size) {
  const found = new Uint8Array(size);
  found.set(bytes);
  return found;
}
