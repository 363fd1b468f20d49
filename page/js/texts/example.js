/** The example of the first load. Its vectors were recorded from the model, so nothing is called. */

const DIMENSIONS = 768;
const ZERO = 79; // code of the letter for 0, as in tools/page_example.py

const LANGUAGES = 5;

/** @typedef {{texts: string[], rows: Float32Array[], query: string}} Example */

/** @type {string[]} of each text */
let languages = [];

/** @returns {Promise<Example>} */
export async function load() {
  const json = await (await fetch(document.body.dataset.example ?? "")).json();
  languages = json.languages;
  return { texts: json.texts, query: json.query, rows: unpacked(json.rows) };
}

/** Returns how many groups have texts in all languages of the example. @param {number[][]} groups */
export function languagesTogether(groups) {
  return groups.filter((group) => new Set(group.map((place) => languages[place])).size === LANGUAGES).length;
}

/** Reads rows with one letter per number. @param {string} text */
function unpacked(text) {
  const values = Float32Array.from(text, (letter) => letter.charCodeAt(0) - ZERO);
  return Array.from({ length: values.length / DIMENSIONS }, (_, row) =>
    values.slice(row * DIMENSIONS, (row + 1) * DIMENSIONS),
  );
}
