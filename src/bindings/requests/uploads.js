// @ts-check
/** Takes the vectors out of the body of a request. Python gets the rest of the body, and a handle to the vectors. */
import { DIMENSIONS } from "../numbers/answer.js";
import { VALUE_BYTES, busy, readBytes } from "./bodies.js";
import { MAX_VALUES, excess, measure } from "../isolate/limits.js";
import { SMALL_BYTES } from "../isolate/memory.js";

/** @typedef {import("./request.js").Scope} Scope */

const FORM = /^\s*multipart\/form-data/i;
const NOT_JSON = "is not JSON in UTF-8";
const OUT_OF_RANGE = "The body has a number that is out of range.";
const ONE_FIELD = "The form must have one field: a file with one JSON object per line.";
const BOUNDARY = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i;
const USUAL = /^[\w'()+,./:=?-]{1,70}$/; // RFC 2046, without the space: the runtime reads it as it is written
const MAX_HEAD = 4_096; // bytes of a part before its content
const latin1 = new TextDecoder("latin1");
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }); // false: it leaves the mark out;
const encoder = new TextEncoder();

/** Why a body is rejected: a reason of `readBody`, or "invalid_json", "invalid_request" or "wrong_width" with a sentence. */
class Rejected extends Error {
  /** @param {string} fault @param {string} [sentence] */
  constructor(fault, sentence) {
    super(sentence);
    this.fault = fault;
  }
}

/** Vectors that a client sent. */
class Uploaded {
  /** @param {number[][]} vectors */
  constructor(vectors) {
    this.vectors = vectors;
  }

  values() {
    return this.vectors;
  }
}

/**
 * Reads a body. Its `field` is "vector", or "vectors", a list of objects with `values`, which can also be sent as one
 * object per line. In the `text` that Python reads, each vector is replaced with its index. A vector has exactly
 * 768 numbers that are finite as float32. Of more than `most` lines, the rest is not parsed; Python rejects so many.
 * @param {Scope} scope @param {string} field @param {number} most @param {number} limit in bytes
 */
export async function readVectors(scope, field, most, limit) {
  try {
    const json = await content(scope, limit);
    const rest = () => json.length > SMALL_BYTES && scope.yieldToOthers(); // between the steps
    await rest();
    const request = parse(json, field, most);
    await rest();
    const vectors = take(request, field);
    const text = encoder.encode(JSON.stringify(request));
    const fault = text.length > limit ? "too_large" : excess(text);
    if (fault) throw new Rejected(fault);
    if (hasInfinity(request)) throw new Rejected("invalid_request", OUT_OF_RANGE);
    await rest();
    return { fault: "", text, vectors: new Uploaded(vectors) };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return { fault: error.fault, text: error.message, vectors: null };
  }
}

/**
 * Returns the text of a body, or of the only file in a form.
 * @type {(scope: Scope, limit: number) => Promise<string>}
 */
async function content(scope, limit) {
  const body = await readBytes(scope, limit);
  if (typeof body === "string") throw new Rejected(body);
  const type = /** @type {Request} */ (scope.request).headers.get("content-type") ?? "";
  const bytes = FORM.test(type) ? await onlyPart(body, type) : body;
  const { fault, values } = measure(bytes, MAX_VALUES, false); // the numbers of the vectors are not for Python
  if (fault) throw new Rejected(fault);
  if (values * VALUE_BYTES > SMALL_BYTES && !(await scope.hold(values * VALUE_BYTES))) throw new Rejected(busy(scope));
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Rejected("invalid_json", `The body ${NOT_JSON}.`);
  }
}

/** @type {(body: Uint8Array, type: string) => Promise<Uint8Array>} */
async function onlyPart(body, type) {
  const found = BOUNDARY.exec(type);
  const boundary = found?.[1] || found?.[2] || "";
  if (!USUAL.test(boundary) || !hasOnePart(body, boundary)) throw new Rejected("invalid_request", ONE_FIELD);
  const headers = { "content-type": `multipart/form-data; boundary="${boundary}"` };
  const form = new Response(body, { headers }).formData();
  const [part, ...more] = await form.then((parts) => [...parts.values()]).catch(() => []);
  if (part === undefined || more.length) {
    throw new Rejected("invalid_request", ONE_FIELD);
  }
  return typeof part === "string" ? encoder.encode(part) : new Uint8Array(await part.arrayBuffer());
}

/**
 * Returns whether a form may be parsed: it has one part, with a short head. The runtime takes long for many parts, and for
 * a head that fills the body. @type {(body: Uint8Array, boundary: string) => boolean}
 */
function hasOnePart(body, boundary) {
  const text = latin1.decode(body);
  const first = text.indexOf(`--${boundary}`);
  const last = text.indexOf(`--${boundary}`, first + 1);
  const head = text.slice(first, first + MAX_HEAD).indexOf("\r\n\r\n");
  return first !== -1 && head !== -1 && (last === -1 || !text.includes(`--${boundary}`, last + 1));
}

/** @type {(text: string, field: string, most: number) => any} */
function parse(text, field, most) {
  const lines = field === "vectors";
  if (!text.trim()) throw new Rejected("invalid_json", "The body is empty; send a JSON object.");
  try {
    const found = JSON.parse(text);
    return lines && isObject(found) && !Object.hasOwn(found, field) ? { vectors: [found] } : found;
  } catch {
    if (lines) return { vectors: parseLines(text, most) };
    throw new Rejected("invalid_json", `The body ${NOT_JSON}.`);
  }
}

/**
 * Parses one JSON value per line, up to `most` and one more, and skips empty lines.
 * @type {(text: string, most: number) => any[]}
 */
function parseLines(text, most) {
  const found = [];
  for (let start = 0, number = 1; start < text.length && found.length <= most; number++) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? undefined : end).trim();
    start = end === -1 ? text.length : end + 1;
    if (!line) continue;
    try {
      found.push(JSON.parse(line));
    } catch {
      throw new Rejected("invalid_json", `Line ${number} of the body ${NOT_JSON}.`);
    }
  }
  return found;
}

/**
 * Replaces the vectors in `request` with indexes, and returns them.
 * @type {(request: any, field: string) => number[][]}
 */
function take(request, field) {
  /** @type {number[][]} */
  const taken = [];
  if (field === "vector") takeFrom(request, field, field, taken);
  else if (Array.isArray(request?.vectors)) {
    const { vectors } = request;
    for (let i = 0; i < vectors.length; i++) takeFrom(vectors[i], "values", `vectors[${i}].values`, taken);
  }
  return taken;
}

/**
 * Takes one vector. Python rejects an object without it.
 * @type {(holder: any, name: string, path: string, taken: number[][]) => void}
 */
function takeFrom(holder, name, path, taken) {
  if (!isObject(holder) || !Object.hasOwn(holder, name)) return;
  check(holder[name], path);
  holder[name] = taken.push(holder[name]) - 1;
}

/** @type {(values: unknown, path: string) => void} */
function check(values, path) {
  if (!Array.isArray(values)) throw new Rejected("invalid_request", `${path} is not an array of numbers.`);
  if (values.length !== DIMENSIONS) {
    throw new Rejected("wrong_width", `${path} has ${values.length} items; a vector has ${DIMENSIONS} numbers.`);
  }
  const wrong = values.findIndex((value) => typeof value !== "number" || !Number.isFinite(Math.fround(value)));
  if (wrong !== -1) {
    throw new Rejected("invalid_request", `${path}[${wrong}] is not a number that is finite as float32.`);
  }
}

/** Returns whether a number was beyond float64: JSON would have null for it. @param {unknown} value */
function hasInfinity(value) {
  const waiting = [value];
  while (waiting.length) {
    const part = waiting.pop();
    if (part === Infinity || part === -Infinity) return true;
    if (typeof part === "object" && part !== null) for (const item of Object.values(part)) waiting.push(item);
  }
  return false;
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
