// @ts-check
/**
 * Calls of other Workers. Their arguments become the JSON of the same HTTP request, within the same limits, and the
 * answer becomes plain data.
 */
import { reserveWork } from "./bodies.js";
import { MAX_DEPTH, MAX_VALUES, excess } from "../isolate/limits.js";
import { SMALL_BYTES } from "../isolate/memory.js";

/** @typedef {import("./request.js").Scope} Scope */

const DATE_CHARS = 26;
const JSON_TYPE = "application/json";
const encoder = new TextEncoder();

/** Its message is the result of toJson. */
class Rejected extends Error {}

/**
 * Returns one JSON object as bytes. Positional arguments get `names`; an object of options may follow. If that is not
 * possible, returns "too_many", "too_large", "too_deep", "too_many_values", or the type of a value that is not plain
 * data. Never throws.
 * @param {string} names separated by spaces @param {number} limit in bytes @param {unknown[]} given
 * @returns {Uint8Array | string}
 */
export function toJson(names, limit, given) {
  try {
    const fields = names ? names.split(" ") : [];
    const options = optionsOf(fields, given);
    const budget = new Budget(limit);
    for (const value of given.slice(0, fields.length)) budget.measure(value, 1);
    budget.measure(options, 0);
    const body = named(fields, given, options);
    const bytes = encoder.encode(JSON.stringify(body));
    return bytes.length > limit ? "too_large" : excess(bytes) || bytes;
  } catch (error) {
    return error instanceof Rejected ? error.message : String(error);
  }
}

/**
 * Like toJson, within the memory of the isolate: returns "busy" if there is no memory in time, and a promise if the call
 * has to wait, or if its arguments are large.
 * @param {Scope} scope @param {string} names @param {number} limit @param {unknown[]} given
 * @returns {Uint8Array | string | Promise<Uint8Array | string>}
 */
export function read(scope, names, limit, given) {
  const json = toJson(names, limit, given);
  if (typeof json === "string") return json;
  const reserved = reserveWork(scope, json);
  return reserved === true && json.length <= SMALL_BYTES ? json : whenHeld(scope, reserved, json);
}

/** @param {Scope} scope @param {true | Promise<boolean>} reserved @param {Uint8Array} json */
async function whenHeld(scope, reserved, json) {
  const held = await reserved;
  if (json.length > SMALL_BYTES) await scope.yieldToOthers();
  return held ? json : "busy";
}

/** @type {(names: string[], given: unknown[]) => object} */
function optionsOf(names, given) {
  const [options = {}, ...more] = given.slice(names.length).filter((value) => value != null);
  if (more.length || !isPlainObject(options)) throw new Rejected("too_many");
  return /** @type {object} */ (options);
}

/** @type {(names: string[], given: unknown[], options: object) => object} */
function named(names, given, options) {
  /** @type {[string, unknown][]} */
  const fields = names.flatMap((name, i) => (given[i] == null ? [] : [[name, given[i]]]));
  if (fields.some(([name]) => Object.hasOwn(options, name))) throw new Rejected("too_many"); // given twice
  return { ...Object.fromEntries(fields), ...options };
}

/**
 * Counts the characters and values of JSON, and throws as soon as a limit is exceeded. A few bytes of another Worker can
 * be an array of a billion holes, or an object with many references to the same large child. A cycle counts as nesting
 * that is too deep.
 */
class Budget {
  /** @param {number} characters */
  constructor(characters) {
    this.characters = characters;
    this.values = MAX_VALUES;
  }

  /** @param {any} value @param {number} depth */
  measure(value, depth) {
    this.take(1);
    if (typeof value === "string") this.take(value.length);
    else if (typeof value === "number") this.takeNumber(value);
    else if (value instanceof Date && !Number.isNaN(value.getTime())) this.take(DATE_CHARS);
    else if (Array.isArray(value) || isPlainObject(value)) this.measureAll(value, depth + 1);
    else if (value != null && typeof value !== "boolean") throw new Rejected(typeName(value));
  }

  /** @param {any} value @param {number} depth */
  measureAll(value, depth) {
    if (depth > MAX_DEPTH) throw new Rejected("too_deep");
    if (Array.isArray(value)) {
      this.takeValues(value.length);
      for (let i = 0; i < value.length; i++) this.measure(value[i], depth);
      return;
    }
    const names = Object.keys(value);
    this.takeValues(names.length);
    for (const name of names) {
      this.take(name.length);
      this.measure(value[name], depth);
    }
  }

  /** @param {number} characters */
  take(characters) {
    this.characters -= characters;
    if (this.characters < 0) throw new Rejected("too_large");
  }

  /** JSON would have null for a number that is not finite. @param {number} value */
  takeNumber(value) {
    if (!Number.isFinite(value)) throw new Rejected(String(value));
    this.take(String(value).length);
  }

  /** @param {number} count */
  takeValues(count) {
    if (count > this.characters) throw new Rejected("too_large");
    this.values -= count;
    if (this.values < 0) throw new Rejected("too_many_values");
  }
}

/** @param {unknown} value */
function isPlainObject(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** @param {unknown} value */
function typeName(value) {
  return Object.prototype.toString.call(value).slice(8, -1);
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
    delete answer[field];
    answer.response = new Response(body, { headers: { "content-type": JSON_TYPE } });
  } else answer[field] = form === "float32" ? numbers.floats() : numbers.values();
  return answer;
}
