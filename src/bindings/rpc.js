// @ts-check
/**
 * Calls of other Workers. Their arguments become the JSON of the same HTTP request, within the same limits, and the
 * answer becomes plain data.
 */
import { MAX_DEPTH, excess } from "./limits.js";

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
    const body = named(names ? names.split(" ") : [], given);
    measure(body, limit, 0);
    const bytes = encoder.encode(JSON.stringify(body));
    return bytes.length > limit ? "too_large" : excess(bytes) || bytes;
  } catch (error) {
    return error instanceof Rejected ? error.message : String(error);
  }
}

/** @type {(names: string[], given: unknown[]) => object} */
function named(names, given) {
  const [options = {}, ...more] = given.slice(names.length).filter((value) => value != null);
  if (more.length || !isPlainObject(options)) throw new Rejected("too_many");
  const fields = names.map((name, i) => [name, given[i]]).filter(([, value]) => value != null);
  return { ...Object.fromEntries(fields), .../** @type {object} */ (options) };
}

/**
 * Returns how many of `left` characters remain after the JSON of `value`, and throws as soon as none remain. A few bytes
 * of another Worker can be an array of a billion holes, or an object with many references to the same large child. A
 * cycle counts as nesting that is too deep.
 * @type {(value: any, left: number, depth: number) => number}
 */
function measure(value, left, depth) {
  left -= 1;
  if (typeof value === "string") left -= value.length;
  else if (typeof value === "number") left -= String(value).length;
  else if (value instanceof Date && !Number.isNaN(value.getTime())) left -= DATE_CHARS;
  else if (Array.isArray(value) || isPlainObject(value)) return measureAll(value, left, depth + 1);
  else if (value != null && typeof value !== "boolean") throw new Rejected(typeName(value));
  if (left < 0) throw new Rejected("too_large");
  return left;
}

/** @type {(value: any, left: number, depth: number) => number} */
function measureAll(value, left, depth) {
  if (depth > MAX_DEPTH) throw new Rejected("too_deep");
  if (Array.isArray(value) && value.length > left) throw new Rejected("too_large");
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) left = measure(value[i], left, depth);
  else for (const name of Object.keys(value)) left = measure(value[name], left - name.length, depth);
  return left;
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
