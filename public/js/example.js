/** The example of the first load. Its vectors were recorded from the model, so nothing is called. */
import { call } from "./api.js";

const DIMENSIONS = 768;

/**
 * @typedef {object} Example
 * @property {string[]} texts
 * @property {Float32Array[]} rows
 * @property {string} query
 * @property {Float32Array} plain the query without a prompt
 * @property {Float32Array} prompted the query with the query prompt
 * @property {Float32Array[]} documents the first texts with the document prompt
 */

/** @returns {Promise<Example>} */
export async function load() {
  const { json } = await call("GET", "/example.json");
  const { texts, query } = json;
  const [[plain], [prompted]] = [unpacked(json.plain), unpacked(json.prompted)];
  return { texts, query, plain, prompted, rows: unpacked(json.rows), documents: unpacked(json.documents) };
}

/** Reads rows of 8-bit integers. @param {string} text base64 */
export function unpacked(text) {
  const values = Int8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return Array.from({ length: values.length / DIMENSIONS }, (_, row) =>
    Float32Array.from(values.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS)),
  );
}
