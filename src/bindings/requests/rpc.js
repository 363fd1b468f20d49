// @ts-check
/**
 * Calls of other Workers. Their arguments become the JSON of the same HTTP request, within the same limits, and the
 * answer becomes plain data.
 */
import { reserveWork } from "./bodies.js";
import { Budget, Rejected, isPlainObject } from "../isolate/budget.js";
import { excess } from "../isolate/limits.js";
import { SMALL_BYTES } from "../isolate/memory.js";

/** @typedef {import("./request.js").Scope} Scope */

const JSON_TYPE = "application/json";
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // true: it keeps the mark

/** A text that Python passes as bytes. */
class LongText {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.text = decoder.decode(bytes);
  }
}

/** @param {Uint8Array} bytes of a text in UTF-8 */
export function longText(bytes) {
  return new LongText(bytes);
}

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
  const json = toJson(names, limit, given.map((value) => (value instanceof LongText ? value.text : value)));
  if (typeof json === "string") return json;
  if (json.length > SMALL_BYTES) return scope.yieldToOthers().then(() => reserved(scope, json));
  const held = reserveWork(scope, json);
  return held === true ? json : held.then((held) => (held ? json : "busy"));
}

/** Returns large arguments when there is memory for them. @param {Scope} scope @param {Uint8Array} json */
async function reserved(scope, json) {
  const held = await reserveWork(scope, json);
  await scope.yieldToOthers();
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
