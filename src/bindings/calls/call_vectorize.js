// @ts-check
/**
 * Calls the index, and keeps the vectors in its answer. Python gets the rest as text. Calls never throw; the answer
 * contains the fault. Python decides what a fault means.
 */
import { DIMENSIONS, InvalidAnswer } from "../numbers/answer.js";
import { choose } from "../numbers/diversity.js";
import { MAX_DEPTH, excess, thrownText } from "../isolate/limits.js";
import { plain } from "../numbers/arrays.js";
import { FEW_VECTORS, answerMemory } from "../isolate/memory.js";

/** @typedef {import("../requests/request.js").Scope} Scope */

const TOO_DEEP = `Vectorize returned JSON that is nested deeper than ${MAX_DEPTH} levels.`;
const NOT_JSON = "Vectorize returned something that is not JSON.";
const NOT_VECTORS = `Vectorize returned values that are not ${DIMENSIONS} numbers.`;
const STORED_BYTES = 48 * 1024; // of a stored vector: its values as JSON, as numbers and in the answer, and its metadata
const MAX_CHARS = 2 * 1024 * 1024; // of an answer without values: 100 vectors with 10 KiB of metadata have half of it
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Returns a unit vector along one axis, to search with. @param {number} number of the axis, modulo 768 */
export function axis(number) {
  const floats = new Float32Array(DIMENSIONS);
  floats[number % DIMENSIONS] = 1;
  return { values: () => [plain(floats)] };
}

/**
 * Reserves memory for stored vectors. Returns "", or a promise of a fault if it is not free yet: "busy", "timeout",
 * "disconnected", or "" for none.
 * @param {Scope} scope @param {number} count
 */
export function reserve(scope, count) {
  const bytes = count * STORED_BYTES;
  if (answerMemory.reserveAtOnce(scope, bytes, count <= FEW_VECTORS)) return "";
  return answerMemory.reserve(scope, bytes, count <= FEW_VECTORS).then((held) => (held ? "" : (scope.reason ?? "busy")));
}

/**
 * Calls a method of the Vectorize index. `given` is the JSON of its arguments. The values of `vectors` are added to the
 * documents to write, or become the first argument of a query. Vectors in the result stay in `values`; the `text` has
 * their index instead.
 * @param {Scope} scope @param {any} index @param {string} method @param {string} given
 * @param {{ values(): number[][] }} [vectors]
 */
export async function callIndex(scope, index, method, given, vectors) {
  try {
    scope.check();
    const asked = JSON.parse(given);
    const result = await scope.within(index[method](...withVectors(method, asked, vectors?.values())));
    const most = asked.at(-1)?.topK ?? asked[0]?.length;
    if (vectorsIn(result).length > most) throw new InvalidAnswer(`Vectorize returned more than ${most} vectors.`);
    const values = new StoredValues(result);
    const text = jsonOf(result);
    if (text.length > MAX_CHARS) throw new InvalidAnswer("Vectorize returned an answer that is too large.");
    if (excess(encoder.encode(text), Infinity)) throw new InvalidAnswer(TOO_DEEP);
    return { fault: "", text, values };
  } catch (error) {
    if (error instanceof InvalidAnswer) return { fault: "invalid", text: error.message, values: null };
    return { fault: scope.reason ?? "failed", text: thrownText(error), values: null };
  }
}

/** @param {unknown} result */
function jsonOf(result) {
  try {
    return JSON.stringify(result) ?? "null";
  } catch (error) {
    throw new InvalidAnswer(error instanceof RangeError ? TOO_DEEP : NOT_JSON);
  }
}

/** @type {(method: string, given: any[], vectors: number[][] | undefined) => any[]} */
function withVectors(method, given, vectors) {
  if (!vectors) return given;
  if (method === "query") return [vectors[0], ...given];
  const [documents] = given;
  return [documents.map((/** @type {object} */ item, /** @type {number} */ i) => ({ ...item, values: vectors[i] }))];
}

/** The `values` of vectors from the index. In the text that Python reads, an index replaces each of them. */
class StoredValues {
  /** @param {any} result of the binding; its values are replaced with indexes */
  constructor(result) {
    /** @type {number[][]} */
    this.taken = [];
    for (const item of vectorsIn(result)) {
      if (item?.values === null) delete item.values;
      if (item?.values === undefined) continue;
      const { values: given } = item;
      if (!Array.isArray(given) && !ArrayBuffer.isView(given)) throw new InvalidAnswer(NOT_VECTORS);
      if (/** @type {any} */ (given).length !== DIMENSIONS) throw new InvalidAnswer(NOT_VECTORS);
      const values = Array.from(/** @type {number[]} */ (given));
      if (!values.every(isFloat32)) throw new InvalidAnswer("Vectorize returned values that are not numbers.");
      item.values = this.taken.push(values) - 1;
    }
  }

  /** Parses `text` and replaces the indexes with the values. @param {string} text */
  fill(text) {
    const result = JSON.parse(text);
    const found = vectorsIn(result.result ?? result); // Cloudflare's envelope has a `result`
    for (const item of found) if (item.values != null) item.values = this.taken[item.values];
    return result;
  }

  /** @param {string | Uint8Array} text Python passes a large one as bytes */
  *parts(text) {
    yield encoder.encode(JSON.stringify(this.fill(typeof text === "string" ? text : decoder.decode(text))));
  }
}

/** @param {unknown} value */
function isFloat32(value) {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

/** @type {(result: any) => any[]} */
function vectorsIn(result) {
  const found = Array.isArray(result) ? result : (result?.matches ?? result?.vectors);
  return Array.isArray(found) ? found : [];
}

/**
 * Returns the positions of at most `count` candidates that differ from each other, as JSON. See `choose`.
 * @param {StoredValues} values of a query @param {string} candidates JSON: pairs of the index of a vector and its score
 * @param {number} count @param {number} diversity
 */
export function diverse({ taken }, candidates, count, diversity) {
  const pairs = /** @type {[number, number][]} */ (JSON.parse(candidates));
  const [vectors, scores] = [pairs.map(([index]) => taken[index]), pairs.map(([, score]) => score)];
  return JSON.stringify(choose(vectors, scores, count, diversity));
}

/** Concatenates the values of several answers. @param {StoredValues[]} answers */
export function merge(...answers) {
  const merged = new StoredValues([]);
  merged.taken = answers.flatMap(({ taken }) => taken);
  return merged;
}
