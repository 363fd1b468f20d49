// @ts-check
/**
 * Calls the model and the index, and keeps the vectors. Python gets text, and handles to the numbers.
 * Calls never throw; the answer contains the fault. Python decides what a fault means.
 */
import { DIMENSIONS, InvalidAnswer, readAnswer } from "./answer.js";
import { MAX_DEPTH, excess } from "./limits.js";
import { cosines, encode, plain, shortDigits, unitRow, writeRows } from "./numbers.js";

/** @typedef {import("./answer.js").Rows} Rows */
/** @typedef {import("./numbers.js").Format} Format */
/** @typedef {import("./request.js").Scope} Scope */

const JSON_TYPE = "application/json";
const TOO_DEEP = `Vectorize returned JSON that is nested deeper than ${MAX_DEPTH} levels.`;
const MAX_ERROR_CHARS = 65_536;
const encoder = new TextEncoder();

/** The outcome of one model call: `rows`, or a `fault` with the HTTP status and the body of the answer. */
class Answer {
  /** @param {string} fault @param {Rows | null} rows @param {number} [status] @param {string} [detail] */
  constructor(fault, rows, status = 0, detail = "") {
    this.fault = fault;
    this.rows = rows;
    this.status = status;
    this.detail = detail;
  }

  /** Returns the rows as arrays of numbers, to send them to the index as JSON. */
  values() {
    return rowsOf(/** @type {Rows} */ (this.rows), DIMENSIONS, shortDigits);
  }
}

/** @type {{ gateway?: GatewayOptions }} of calls that name no other gateway */
let gatewayOption = {};

/** Sends later calls through an AI Gateway. @param {string} id @param {number} ttl in seconds; 0: the gateway's own */
export function useGateway(id, ttl) {
  gatewayOption = { gateway: ttl ? { id, cacheTtl: ttl } : { id } };
}

/** Returns the option of a call: the Worker's own for its own gateway. @param {string} [id] */
function through(id) {
  return id && id !== gatewayOption.gateway?.id ? { gateway: { id } } : gatewayOption;
}

/**
 * Embeds `count` texts with Workers AI. The `fault` of the answer is "" (none), "http", "type", "invalid", "timeout",
 * "disconnected" or "broken"; `ports.Answer` explains them.
 * @param {Scope} scope @param {Ai} ai @param {string} model @param {string} inputs JSON @param {number} count
 * @param {number} dimensions how many numbers of a row will be used @param {boolean} withFloats see readAnswer
 * @param {boolean} rejectIfBusy fail instead of waiting for capacity @param {string} [gateway] id of an AI Gateway
 */
export async function ask(scope, ai, model, inputs, count, dimensions, withFloats, rejectIfBusy, gateway) {
  try {
    scope.check();
    const options = { returnRawResponse: true, rejectIfBusy, signal: scope.controller.signal, ...through(gateway) };
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

/** Returns the body of an error, or "" if Python could not decode it. @param {Response} response */
async function detail(response) {
  const text = await response.text();
  return text.length > MAX_ERROR_CHARS || excess(encoder.encode(text)) ? "" : text;
}

/** Vectors in an output format: as JSON text, or as JavaScript values. */
class Vectors {
  /** @param {Rows[]} batches in order @param {Format} format */
  constructor(batches, format) {
    this.batches = batches;
    this.format = format;
  }

  /**
   * Yields JSON in parts, one per model call: the rows, separated by commas, between `head` and `tail`. Each part is
   * built on demand, and its rows are released. See writeRows for `item`.
   * @param {string} head @param {string} item @param {string} tail
   */
  *parts(head, item, tail) {
    const { batches, format } = this;
    const last = batches.length - 1;
    for (let i = 0, first = 0; i <= last; i++) {
      const rows = /** @type {Rows} */ (batches.shift());
      yield writeRows(rows, format, item, first, i ? "," : head, i === last ? tail : "");
      first += rows.count;
    }
  }

  /** Returns arrays of numbers, or base64 strings. */
  values() {
    const { dimensions, encoding } = this.format;
    return this.batches.flatMap((rows) => rowsOf(rows, dimensions, (row) => valueOf(encode(row, encoding))));
  }

  /** Returns the numbers of all rows of one call. */
  floats() {
    return this.batches[0].floats;
  }
}

/** @type {<T>(rows: Rows, dimensions: number, convert: (row: Float32Array) => T) => T[]} */
function rowsOf({ count, floats }, dimensions, convert) {
  return Array.from({ length: count }, (_, i) => convert(unitRow(/** @type {Float32Array} */ (floats), i, dimensions)));
}

/** @type {(row: ReturnType<typeof encode>) => string | number[]} */
function valueOf(row) {
  return row instanceof Float32Array ? plain(row) : typeof row === "string" ? row : Array.from(row);
}

/** Cosines as output. */
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
    yield encoder.encode(head + JSON.stringify(this.scores).slice(1, -1) + tail);
  }
}

/** The same vectors in several encodings, as the members of an object. */
class Encodings {
  /** @param {Map<string, Vectors>} members */
  constructor(members) {
    this.members = members;
  }

  /** @param {string} head @param {string} item @param {string} tail */
  *parts(head, item, tail) {
    let before = head;
    for (const [name, vectors] of this.members) {
      yield* vectors.parts(`${before}"${name}":[`, item, "]");
      before = ",";
    }
    yield encoder.encode(tail);
  }
}

/**
 * Returns the vectors of `answers` in an encoding, or in several ones, separated by commas.
 * @param {number} dimensions @param {string} encoding @param {Answer[]} answers in order
 */
export function join(dimensions, encoding, ...answers) {
  const batches = answers.map(({ rows }) => /** @type {Rows} */ (rows));
  /** @param {string} name */
  const vectors = (name) => new Vectors([...batches], { dimensions, encoding: name });
  if (!encoding.includes(",")) return vectors(encoding);
  return new Encodings(new Map(encoding.split(",").map((name) => [name, vectors(name)])));
}

/** @param {Answer} answer with floats @param {number} dimensions @param {boolean} source whether row 0 is the source */
export function similarity({ rows }, dimensions, source) {
  const { floats, count } = /** @type {Rows} */ (rows);
  return new Scores(cosines(/** @type {Float32Array} */ (floats), count, dimensions, source));
}

/** Returns a unit vector along one axis, to search with. @param {number} number of the axis, modulo 768 */
export function axis(number) {
  const floats = new Float32Array(DIMENSIONS);
  floats[number % DIMENSIONS] = 1;
  return new Answer("", { count: 1, bytes: new Uint8Array(0), spans: new Uint32Array(2), floats });
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
    const result = await scope.within(index[method](...withVectors(method, JSON.parse(given), vectors?.values())));
    const values = new StoredValues(result);
    const text = JSON.stringify(result) ?? "null";
    if (excess(encoder.encode(text), Infinity)) throw new InvalidAnswer(TOO_DEEP);
    return { fault: "", text, values };
  } catch (error) {
    const invalid = error instanceof InvalidAnswer || error instanceof RangeError; // RangeError: nested too deeply
    const fault = invalid ? "invalid" : (scope.reason ?? "failed");
    return { fault, text: String(error), values: null };
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
      const values = Array.from(item.values);
      if (!values.every(Number.isFinite)) throw new InvalidAnswer("Vectorize returned values that are not numbers.");
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

/** Concatenates the values of several answers. @param {StoredValues[]} answers */
export function merge(...answers) {
  const merged = new StoredValues([]);
  merged.taken = answers.flatMap(({ taken }) => taken);
  return merged;
}

/**
 * Returns the answer to an RPC call: the object in `text`, with `numbers` added.
 * @param {Scope} scope @param {string} text @param {any} [numbers] @param {string} [field] of the numbers; without
 * it, they are StoredValues @param {string} [form] "array", "float32" or "response"
 */
export function reply(scope, text, numbers, field, form) {
  scope.close();
  if (numbers && !field) return numbers.fill(text);
  const answer = JSON.parse(text);
  if (!field) return answer;
  if (form === "response") {
    const body = numbers.parts(`{"shape":${JSON.stringify(answer.shape)},"data":[`, "@", "]}").next().value;
    answer.response = new Response(body, { headers: { "content-type": JSON_TYPE } });
  } else answer[field] = form === "float32" ? numbers.floats() : numbers.values();
  return answer;
}
