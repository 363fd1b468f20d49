// @ts-check
/**
 * The model, the index, and the numbers that go between them. Python holds handles to the numbers, and gets text.
 * Nothing here decides anything. The calls never throw: what went wrong is in the answer.
 */
import { DIMENSIONS, InvalidAnswer, readAnswer } from "./answer.js";
import { MAX_DEPTH, isTooDeep } from "./depth.js";
import { base64, cosines, shortDigits, unitRow, writeRows } from "./numbers.js";

/** @typedef {import("./answer.js").Rows} Rows */
/** @typedef {import("./numbers.js").Format} Format */
/** @typedef {import("./request.js").Scope} Scope */

const JSON_TYPE = "application/json";
const TOO_DEEP = `Vectorize answered JSON that is nested deeper than ${MAX_DEPTH} levels.`;
const MAX_ERROR_CHARS = 65_536;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What came of one call of the model: `rows`, or a `fault` with its HTTP status and what the service said. */
class Answer {
  /** @param {string} fault @param {Rows | null} rows @param {number} [status] @param {string} [detail] */
  constructor(fault, rows, status = 0, detail = "") {
    this.fault = fault;
    this.rows = rows;
    this.status = status;
    this.detail = detail;
  }
}

/**
 * Asks Workers AI for `count` texts. `fault` of the answer: "" (it is right), "http", "type", "invalid", "timeout",
 * "gone" or "broken".
 * @param {Scope} scope @param {Ai} ai @param {string} model @param {string} inputs JSON @param {number} count
 * @param {number} dimensions numbers of a row that will be used @param {boolean} withFloats whether they are computed
 * with @param {boolean} rejectIfBusy
 */
export async function ask(scope, ai, model, inputs, count, dimensions, withFloats, rejectIfBusy) {
  try {
    scope.check();
    const options = { returnRawResponse: true, rejectIfBusy, signal: scope.controller.signal };
    const call = /** @type {any} */ (ai).run(model, JSON.parse(inputs), options);
    /** @type {Response} */
    const response = await scope.within(call);
    if (response.status !== 200) return new Answer("http", null, response.status, await scope.within(detail(response)));
    if (!response.headers.get("content-type")?.startsWith(JSON_TYPE)) return new Answer("type", null);
    const bytes = new Uint8Array(await scope.within(response.arrayBuffer()));
    return new Answer("", readAnswer(bytes, count, withFloats, dimensions));
  } catch (error) {
    if (error instanceof InvalidAnswer) return new Answer("invalid", null, 200, error.message);
    return new Answer(scope.reason ?? "broken", null);
  }
}

/** What an error says, if Python can read it. @param {Response} response */
async function detail(response) {
  const text = await response.text();
  return text.length > MAX_ERROR_CHARS || isTooDeep(encoder.encode(text)) ? "" : text;
}

/** Rows of the model on their way out, as JSON or as values of JavaScript. */
class Vectors {
  /** @param {Rows[]} batches in order @param {Format} format */
  constructor(batches, format) {
    this.batches = batches;
    this.format = format;
  }

  /**
   * JSON in parts, one for each call of the model. A part is made when it is taken, and its rows are released.
   * `item` is explained at writeRows.
   * @param {string} head @param {string} item @param {string} tail
   */
  *parts(head, item, tail) {
    const { batches, format } = this;
    const last = batches.length - 1;
    for (let i = 0, first = 0; i <= last; i++) {
      const rows = /** @type {Rows} */ (batches.shift());
      yield writeRows(rows, format, item, first, i ? "," : `${head}[`, i === last ? `]${tail}` : "");
      first += rows.count;
    }
  }

  /** Arrays of numbers, or base64 texts. */
  values() {
    return this.batches.flatMap((rows) => rowValues(rows, this.format));
  }

  /** All numbers of one call, row by row. */
  floats() {
    return this.batches[0].floats;
  }
}

/** @type {(rows: Rows, format: Format) => any[]} */
function rowValues({ count, bytes, spans, floats }, format) {
  if (!floats) return JSON.parse(`[${decoder.decode(bytes.subarray(spans[0], spans[2 * count - 1]))}]`);
  return Array.from({ length: count }, (_, i) => {
    const row = unitRow(floats, i, format.dimensions);
    return format.encoding === "base64" ? base64(row) : shortDigits(row);
  });
}

/** Cosines on their way out. */
class Scores {
  /** @param {number[] | number[][]} scores */
  constructor(scores) {
    this.scores = scores;
  }

  values() {
    return this.scores;
  }

  /** @param {string} head @param {string} _ @param {string} tail */
  *parts(head, _, tail) {
    yield encoder.encode(head + JSON.stringify(this.scores) + tail);
  }
}

/** @param {number} dimensions @param {string} encoding @param {Answer[]} answers in order */
export function join(dimensions, encoding, ...answers) {
  return new Vectors(answers.map(({ rows }) => /** @type {Rows} */ (rows)), { dimensions, encoding });
}

/** @param {Answer} answer with floats @param {number} dimensions @param {boolean} source whether row 0 is the source */
export function similarity({ rows }, dimensions, source) {
  const { floats, count } = /** @type {Rows} */ (rows);
  return new Scores(cosines(/** @type {Float32Array} */ (floats), count, dimensions, source));
}

/**
 * Calls a method of the Vectorize index. `given` is the JSON of its arguments. The vectors of `answer` go into the
 * documents to write, or in front of the arguments of a query. Numbers of vectors that come back stay in `values`; in
 * the text, their place there stands for them.
 * @param {Scope} scope @param {any} index @param {string} method @param {string} given @param {Answer} [answer]
 */
export async function callIndex(scope, index, method, given, answer) {
  try {
    scope.check();
    const result = await scope.within(index[method](...withVectors(method, JSON.parse(given), answer?.rows)));
    const values = new StoredValues(result);
    const text = JSON.stringify(result) ?? "null";
    if (isTooDeep(encoder.encode(text))) throw new InvalidAnswer(TOO_DEEP);
    return { fault: "", text, values };
  } catch (error) {
    const invalid = error instanceof InvalidAnswer || error instanceof RangeError; // nested too deeply to be written
    const fault = invalid ? "invalid" : (scope.reason ?? "failed");
    return { fault, text: String(error), values: null };
  }
}

/** @type {(method: string, given: any[], rows: Rows | null | undefined) => any[]} */
function withVectors(method, given, rows) {
  if (!rows) return given;
  const vectors = rowValues(rows, { dimensions: DIMENSIONS, encoding: "float" });
  if (method === "query") return [vectors[0], ...given];
  const [documents] = given;
  return [documents.map((/** @type {object} */ item, /** @type {number} */ i) => ({ ...item, values: vectors[i] }))];
}

/** The `values` of vectors that came from the index. Their places stand for them in what Python reads and writes. */
class StoredValues {
  /** @param {any} result of the binding; places replace the values in it */
  constructor(result) {
    /** @type {number[][]} */
    this.taken = [];
    for (const item of vectorsIn(result)) {
      if (item?.values === null) delete item.values;
      if (item?.values === undefined) continue;
      const values = Array.from(item.values);
      if (!values.every(Number.isFinite)) throw new InvalidAnswer("Vectorize answered values that are not numbers.");
      item.values = this.taken.push(values) - 1;
    }
  }

  /** Returns `text` as an object with the values in their places. @param {string} text */
  fill(text) {
    const result = JSON.parse(text);
    for (const item of vectorsIn(result)) if (item.values != null) item.values = this.taken[item.values];
    return result;
  }

  /** @param {string} text */
  *parts(text) {
    yield encoder.encode(JSON.stringify(this.fill(text)));
  }
}

/** @type {(result: any) => any[]} */
function vectorsIn(result) {
  const found = Array.isArray(result) ? result : (result?.matches ?? result?.vectors);
  return Array.isArray(found) ? found : [];
}

/** Returns the values of several answers as those of one. @param {StoredValues[]} answers */
export function merge(...answers) {
  const merged = new StoredValues([]);
  merged.taken = answers.flatMap(({ taken }) => taken);
  return merged;
}

/**
 * Returns the answer to another Worker: `text` as an object, with `numbers` in it.
 * @param {Scope} scope @param {string} text @param {any} [numbers] @param {string} [field] where they go; without one
 * they are StoredValues @param {string} [form] "array", "float32" or "response"
 */
export function reply(scope, text, numbers, field, form) {
  scope.close();
  if (numbers && !field) return numbers.fill(text);
  const answer = JSON.parse(text);
  if (!field) return answer;
  if (form === "response") {
    const body = numbers.parts(`{"shape":${JSON.stringify(answer.shape)},"data":`, "@", "}").next().value;
    answer.response = new Response(body, { headers: { "content-type": JSON_TYPE } });
  } else answer[field] = form === "float32" ? numbers.floats() : numbers.values();
  return answer;
}
