/** The example of the first load. Its vectors were recorded from the model, so nothing is called. */

const DIMENSIONS = 768;
const ZERO = 79; // code of the letter for 0, as in tools/example.py

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
  const json = await (await fetch(document.body.dataset.example ?? "")).json();
  const { texts, query } = json;
  const [[plain], [prompted]] = [unpacked(json.plain), unpacked(json.prompted)];
  return { texts, query, plain, prompted, rows: unpacked(json.rows), documents: unpacked(json.documents) };
}

/** Reads rows with one letter per number. @param {string} text */
function unpacked(text) {
  const values = Float32Array.from(text, (letter) => letter.charCodeAt(0) - ZERO);
  return Array.from({ length: values.length / DIMENSIONS }, (_, row) =>
    values.slice(row * DIMENSIONS, (row + 1) * DIMENSIONS),
  );
}
