/** Files with the result: a table of the lines, and the vectors. */

/** @typedef {{texts: string[], matrix: Float32Array, groups: number[][], outliers: number[], sets: {places: number[]}[], nearest: (place: number) => number}} Result */

/** Quotes a cell. A text that a spreadsheet would take for a formula gets an apostrophe. @param {string} text */
function cell(text) {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** Returns the lines as CSV: line, text, group, nearest line, cosine, flags. @param {Result} result */
export function csvOf({ texts, matrix, groups, outliers, sets, nearest }) {
  const group = new Map(groups.flatMap((members, number) => members.map((place) => [place, number + 1])));
  const far = new Set(outliers);
  const repeated = new Set(sets.flatMap(({ places }) => places.slice(1)));
  const rows = texts.map((text, place) => {
    const other = nearest(place);
    const flags = [repeated.has(place) ? "duplicate" : "", far.has(place) ? "outlier" : ""].filter(Boolean).join(" ");
    const score = other < 0 ? "" : matrix[place * texts.length + other].toFixed(6);
    return [String(place + 1), cell(text), String(group.get(place) ?? ""), other < 0 ? "" : String(other + 1), score, flags].join(",");
  });
  return `\ufeff${["line,text,group,nearest_line,cosine,flags", ...rows].join("\r\n")}\r\n`;
}

/** Returns a JSON object for each line. @param {string[]} texts @param {Float32Array[]} rows */
export function jsonlOf(texts, rows) {
  return texts.map((text, place) => JSON.stringify({ text, vector: [...rows[place]].map((value) => Number(value.toPrecision(9))) })).join("\n") + "\n";
}

/** Returns a NumPy file of float32 with a row for each line. @param {Float32Array[]} rows @returns {Uint8Array<ArrayBuffer>} */
export function npyOf(rows) {
  const width = rows[0]?.length ?? 0;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows.length}, ${width}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + 4 * rows.length * width);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  const view = new DataView(bytes.buffer, 10 + length);
  rows.forEach((row, place) => row.forEach((value, at) => view.setFloat32(4 * (place * width + at), value, true)));
  return bytes;
}

/** Returns the texts without those that repeat an earlier one. @param {string[]} texts @param {{places: number[]}[]} sets */
export function withoutDuplicates(texts, sets) {
  const gone = new Set(sets.flatMap(({ places }) => places.slice(1)));
  return texts.filter((_, place) => !gone.has(place));
}
