/** Reads texts from the input field and from files: lines, CSV, JSON, JSONL. */

const LIKELY = ["text", "content", "body", "sentence", "question", "query", "title"];

/**
 * The content of a file. A table has named columns, one of which is selected. Lines have a single column without a name.
 *
 * @typedef {{columns: string[], chosen: string, rows: Record<string, string>[]}} Table
 */

/** @param {string} content @returns {string[]} lines that are not blank */
export function lines(content) {
  return content
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/**
 * Parses a file. The extension of its name decides the format.
 *
 * @param {string} name
 * @param {string} content
 * @param {boolean} [header] whether the first row of a CSV or TSV file has the names of the columns
 * @returns {Table} throws an Error that names the invalid line
 */
export function table(name, content, header = true) {
  if (/\.json$/i.test(name)) {
    return jsonArray(content);
  }
  if (/\.(jsonl|ndjson)$/i.test(name)) {
    return jsonLines(content);
  }
  if (isSeparated(name)) {
    return separated(content, /\.tsv$/i.test(name) ? "\t" : separatorOf(content), header);
  }
  return withColumns([""], lines(content).map((line) => ({ "": line })));
}

/** Returns whether a file is CSV or TSV. @param {string} name */
export function isSeparated(name) {
  return /\.(csv|tsv)$/i.test(name);
}

/** Returns the texts of one column, each on one line, without empty ones. @param {Table} from @param {string} column */
export function column(from, column) {
  return from.rows.map((row) => (row[column] ?? "").replace(/\s+/g, " ").trim()).filter(Boolean);
}

/** @param {string} content @returns {Table} */
function jsonArray(content) {
  let items;
  try {
    items = JSON.parse(content);
  } catch {
    throw new Error("This is not JSON.");
  }
  const list = listIn(items);
  if (!list) {
    throw new Error("This JSON has no list. Use an array of strings or objects, or an object with one.");
  }
  return ofRows(list.map(strings));
}

/** Returns an array, or the longest array of an object such as `{"items": [...]}`, also two levels deep. @param {unknown} value @param {number} [depth] @returns {unknown[] | null} */
function listIn(value, depth = 2) {
  if (Array.isArray(value)) {
    return value;
  }
  const parts = value !== null && typeof value === "object" && depth ? Object.values(value) : [];
  const lists = parts.map((part) => listIn(part, depth - 1)).filter((list) => list !== null);
  return lists.reduce((/** @type {unknown[] | null} */ best, list) => (best && best.length >= list.length ? best : list), null);
}

/** @param {string} content @returns {Table} */
function jsonLines(content) {
  return ofRows(content.split("\n").flatMap((line, place) => (line.trim() ? [jsonRow(line, place + 1)] : [])));
}

/** @param {Record<string, string>[]} rows @returns {Table} */
function ofRows(rows) {
  const columns = new Set();
  rows.forEach((row) => Object.keys(row).forEach((name) => columns.add(name)));
  return withColumns([...columns], rows);
}

/** @param {string} line @param {number} number @returns {Record<string, string>} */
function jsonRow(line, number) {
  try {
    return strings(JSON.parse(line));
  } catch {
    throw new Error(`Line ${number} is not JSON.`);
  }
}

/** Returns the strings of an item by name. @param {unknown} value @returns {Record<string, string>} */
function strings(value) {
  if (typeof value === "string") {
    return { "": value };
  }
  const texts = Object.entries(value ?? {}).filter((entry) => typeof entry[1] === "string");
  return Object.fromEntries(texts);
}

/** Returns the most frequent separator of the first line. @param {string} content */
function separatorOf(content) {
  const first = content.split("\n", 1)[0];
  const counts = [",", ";", "\t"].map((sign) => ({ sign, count: first.split(sign).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).sign;
}

/** Parses a table. Quotes are those of RFC 4180. @param {string} content @param {string} sign @param {boolean} header */
function separated(content, sign, header) {
  const all = fields(content, sign);
  const names = header ? (all[0] ?? []) : (all[0] ?? []).map(() => "");
  const records = header ? all.slice(1) : all;
  const columns = names.map((name, place) => name.trim() || `column ${place + 1}`);
  const rows = records.map((cells) => Object.fromEntries(columns.map((name, place) => [name, cells[place] ?? ""])));
  return withColumns(columns, rows);
}

/** @param {string} content @param {string} sign @returns {string[][]} */
function fields(content, sign) {
  /** @type {string[][]} */
  const records = [];
  let record = /** @type {string[]} */ ([]);
  const pattern = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${sign}\r\n][^${sign}\r\n]*|))(${sign}|\r\n|\n|\r|$)`, "gy");
  while (pattern.lastIndex < content.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(content);
    if (!found) {
      throw new Error(`Line ${content.slice(0, at).split("\n").length} has an unclosed quote.`);
    }
    record.push(found[1]?.replaceAll('""', '"') ?? found[2]);
    if (found[3] !== sign) {
      records.push(record);
      record = [];
    }
  }
  if (record.length) {
    records.push([...record, ""]);
  }
  return records.filter((cells) => cells.some(Boolean));
}

/** @param {string[]} columns @param {Record<string, string>[]} rows @returns {Table} */
function withColumns(columns, rows) {
  const likely = LIKELY.map((name) => columns.find((found) => found.toLowerCase() === name)).find((name) => name);
  return { columns, chosen: likely ?? columns[0] ?? "", rows };
}
