// @ts-check
/** Takes the vectors out of the bodies of requests, and puts vectors into answers. */

/** @typedef {{ width: number, finite: boolean }} Shape takes the place of a vector, see emulator/vectorize/ports.py */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const NEWLINE = 10;

/** The JSON of a body with shapes in the place of vectors, and the vectors as float32, in order. */
class Sent {
  /** @param {Uint8Array} text @param {Float32Array[]} vectors */
  constructor(text, vectors) {
    this.text = text;
    this.vectors = vectors;
  }
}

/**
 * The vectors are in the field "vector" of the body, in `values` of its list "vectors", or in `values` of its "lines";
 * with the form "" there are none. JSON that can't be parsed is left to Python, which rejects it.
 * @param {ArrayBuffer} body @param {string} form
 */
export function take(body, form) {
  const bytes = new Uint8Array(body);
  if (form === "") return new Sent(bytes, []);
  if (form === "lines") return takeLines(bytes);
  const found = parsed(bytes);
  if (found === undefined) return new Sent(bytes, []);
  /** @type {Float32Array[]} */
  const vectors = [];
  if (form === "vector") takeFrom(found, form, vectors);
  else if (Array.isArray(found?.vectors)) for (const item of found.vectors) takeFrom(item, "values", vectors);
  return new Sent(encoder.encode(JSON.stringify(found)), vectors);
}

/** @param {Uint8Array} bytes */
function takeLines(bytes) {
  /** @type {Float32Array[]} */
  const vectors = [];
  const texts = [];
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(NEWLINE, start);
    if (end === -1) end = bytes.length;
    const found = parsed(bytes.subarray(start, end));
    takeFrom(found, "values", vectors);
    texts.push(JSON.stringify(found) ?? "null"); // Python rejects null as a vector, and counts the lines
  }
  return new Sent(encoder.encode(texts.join("\n")), vectors);
}

/** Returns the value of a JSON text, or undefined if it is none. @param {Uint8Array} bytes */
function parsed(bytes) {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** @type {(holder: any, name: string, vectors: Float32Array[]) => void} */
function takeFrom(holder, name, vectors) {
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, name) || holder[name] === null) return;
  const values = holder[name];
  const isVector = Array.isArray(values) && values.every((value) => typeof value === "number");
  const vector = new Float32Array(isVector ? values : []);
  vectors.push(vector);
  holder[name] = { width: isVector ? values.length : -1, finite: vector.every(Number.isFinite) };
}

/**
 * Replaces the row in `values` of each vector or match with the numbers of that row. Returns bytes.
 * @param {string} text JSON @param {(row: number) => Float32Array | undefined} vectorOf
 */
export function fill(text, vectorOf) {
  const result = JSON.parse(text);
  for (const item of result.matches ?? result) item.values = Array.from(vectorOf(item.values) ?? []);
  return encoder.encode(JSON.stringify(result));
}
