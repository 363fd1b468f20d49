// @ts-check
/** Rows of the model by text, in memory: the least recently used ones make room for new ones. */

const ENTRY_BYTES = 256; // of an entry besides its text and its row

export class Cache {
  /** @param {number} limit in bytes; 0: nothing is kept */
  constructor(limit) {
    this.limit = limit;
    this.bytes = 0;
    /** @type {Map<string, Uint8Array>} in the order of their last use */
    this.rows = new Map();
  }

  /** @param {string} text */
  get(text) {
    const row = this.rows.get(text);
    if (!row) return undefined;
    this.rows.delete(text);
    this.rows.set(text, row);
    return row;
  }

  /** @param {string} text @param {Uint8Array} row which nobody changes */
  set(text, row) {
    if (bytesOf(text, row) > this.limit) return;
    this.delete(text);
    this.rows.set(text, row);
    this.bytes += bytesOf(text, row);
    for (const oldest of this.rows.keys()) {
      if (this.bytes <= this.limit) break;
      this.delete(oldest);
    }
  }

  /** @param {string} text */
  delete(text) {
    const row = this.rows.get(text);
    if (row) this.bytes -= bytesOf(text, row);
    this.rows.delete(text);
  }
}

/** @param {string} text @param {Uint8Array} row */
function bytesOf(text, row) {
  return 2 * text.length + row.length + ENTRY_BYTES;
}
