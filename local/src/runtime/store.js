// @ts-check
/** The index of a Durable Object: its SQLite database, and its vectors packed in memory. */
import { fill, take } from "./bodies.js";
import { Packed } from "./packed.js";

/** @typedef {ReturnType<typeof take>} Sent */

class Store {
  /** @param {SqlStorage} sql @param {number} width numbers of each vector */
  constructor(sql, width) {
    this.sql = sql;
    this.packed = new Packed(width);
  }

  release() {
    this.packed = new Packed(this.packed.width);
  }

  /** Runs a statement and returns its rows as JSON. @param {string} statement @param {string} bindings JSON */
  rows(statement, bindings) {
    return JSON.stringify([...this.select(statement, bindings)]);
  }

  /**
   * Runs a statement for each row of bindings. With `sent`, the vector of the same position is the last binding.
   * @param {string} statement @param {string} rows JSON @param {Sent} [sent]
   */
  insert(statement, rows, sent) {
    for (const [i, row] of JSON.parse(rows).entries()) {
      this.sql.exec(statement, ...row, ...(sent ? [sent.vectors[i]] : []));
    }
  }

  /** Puts the vectors of the selected rows, a row and a blob each, into memory. @param {string} statement @param {string} bindings JSON */
  put(statement, bindings) {
    for (const [row, blob] of this.select(statement, bindings)) {
      this.packed.put(/** @type {number} */ (row), new Float32Array(/** @type {ArrayBuffer} */ (blob)));
    }
  }

  /** Removes the vectors of the selected rows from memory. @param {string} statement @param {string} bindings JSON */
  remove(statement, bindings) {
    for (const [row] of this.select(statement, bindings)) this.packed.remove(/** @type {number} */ (row));
  }

  /**
   * Returns the best rows and their scores as JSON.
   * @param {number | Sent} query the number of a row, or a request with one vector @param {string} metric
   * @param {number} count @param {boolean} exact @param {string} [statement] selects the rows; without it, all of them
   * @param {string} [bindings] JSON
   */
  nearest(query, metric, count, exact, statement, bindings = "[]") {
    const vector = typeof query === "number" ? this.packed.get(query)?.slice() : query.vectors[0];
    const among = statement === undefined ? undefined : firsts(this.select(statement, bindings));
    return JSON.stringify(this.packed.nearest(/** @type {Float32Array} */ (vector), metric, count, exact, among));
  }

  /** See `fill` in bodies.js. @param {string} text */
  fill(text) {
    return fill(text, (row) => this.packed.get(row));
  }

  /** @param {string} statement @param {string} bindings JSON */
  select(statement, bindings) {
    return this.sql.exec(statement, ...JSON.parse(bindings)).raw();
  }
}

/** @param {Iterable<any[]>} rows */
function* firsts(rows) {
  for (const [first] of rows) yield first;
}

/** @type {Map<string, Store>} */
const opened = new Map();

/**
 * Opens the database of a Durable Object. The runtime ends an object that is idle, and starts it again in the same
 * isolate; the vectors of the earlier one are released.
 * @param {string} id of the object @param {SqlStorage} sql @param {number} width
 */
export function open(id, sql, width) {
  opened.get(id)?.release();
  const store = new Store(sql, width);
  opened.set(id, store);
  return store;
}
