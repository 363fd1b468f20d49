/** Queries with their right lines, one `query<TAB>line` a row. The line is a text, or its number. */

const MOST = 500; // queries

/** @typedef {{query: string, right: number[]}} Judged */

/** @param {string} text */
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();

/**
 * Reads rows. A query may have several right lines.
 *
 * @param {string} content @param {string[]} texts
 * @returns {Judged[]} throws an Error that names the invalid row
 */
export function read(content, texts) {
  const places = new Map([...texts.keys()].reverse().map((place) => [plain(texts[place]), place]));
  /** @type {Map<string, Set<number>>} */
  const found = new Map();
  content.split(/\r\n|\n|\r/).forEach((row, at) => {
    if (!row.trim()) {
      return;
    }
    const [query, line = ""] = row.split("\t").map((part) => part.trim());
    const place = places.get(plain(line)) ?? (/^\d+$/.test(line) ? Number(line) - 1 : -1);
    if (!query || !line) throw new Error(`Row ${at + 1} needs a query, a tab and its right line.`);
    if (!(place >= 0 && place < texts.length)) throw new Error(`Row ${at + 1}: no line is “${line.slice(0, 60)}”.`);
    found.set(query, (found.get(query) ?? new Set()).add(place));
  });
  if (found.size > MOST) throw new Error(`At most ${MOST} queries are measured.`);
  return [...found].map(([query, right]) => ({ query, right: [...right] }));
}

/** Adds a right line, or removes it if it is there. @param {string} content @param {string} query @param {string} line */
export function toggled(content, query, line) {
  const row = `${query}\t${line}`;
  const rows = content.split("\n").filter((each) => each.trim());
  return (rows.includes(row) ? rows.filter((each) => each !== row) : [...rows, row]).join("\n");
}
