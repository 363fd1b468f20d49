// @ts-check
/**
 * Calls the model, and keeps its answer. Calls never throw; the answer contains the fault. Python decides what a fault
 * means.
 */
import { DIMENSIONS, Fault, InvalidAnswer } from "../numbers/answer.js";
import { textsOf } from "./inputs.js";
import { thrownText } from "../isolate/limits.js";
import { shortDigits } from "../numbers/arrays.js";
import { rowsOf } from "../numbers/formats.js";
import { FEW_VECTORS, answerMemory, dropDigits } from "../isolate/memory.js";
import { ROW_BYTES, bytesOf, detail, isJson, rowsOrError } from "./replies.js";

/** @typedef {import("../numbers/answer.js").Rows} Rows */
/** @typedef {import("../requests/request.js").Scope} Scope */

const FLOATS_BYTES = 3 * 1024; // of a row as float32
const MAX_TEXTS = 100; // in one call
const IN_FLIGHT = 6 * MAX_TEXTS; // rows that arrive at once
const BAD_GATEWAY = 502; // of an error that came with 200

/** The outcome of one model call: `rows`, or a `fault` with the HTTP status and the body of the answer. */
class Answer {
  /** @param {string} fault @param {Rows | null} rows @param {number} [status] @param {string} [detail] @param {number} [cached] texts that were not embedded anew */
  constructor(fault, rows, status = 0, detail = "", cached = 0) {
    this.fault = fault;
    this.rows = rows;
    this.status = status;
    this.detail = detail;
    this.cached = cached;
  }

  /** Returns the rows as arrays of numbers, to send them to the index as JSON. */
  values() {
    return rowsOf(/** @type {Rows} */ (this.rows), DIMENSIONS, shortDigits);
  }
}

let ownGateway = { id: "", ttl: 0, collectLog: false };

/**
 * Sends later calls that name no other gateway through an AI Gateway, "" for none.
 * @param {string} id @param {number} ttl in seconds; 0: the gateway's own @param {boolean} collectLog of any gateway
 */
export function useGateway(id, ttl, collectLog) {
  ownGateway = { id, ttl, collectLog };
}

/**
 * Returns the options of one call that name its gateway and the key of the caller. They are new objects, because calls
 * that overlap share the binding.
 * @param {string} [gateway] another one than the Worker's own @param {string} [key] the label of the key
 */
function callOptions(gateway, key) {
  const id = gateway || ownGateway.id;
  const options = key ? { tags: [`key:${key}`] } : {};
  if (!id) return options;
  const cached = ownGateway.ttl && id === ownGateway.id ? { cacheTtl: ownGateway.ttl } : {};
  const named = key ? { metadata: { key } } : {};
  return { ...options, gateway: { id, collectLog: ownGateway.collectLog, ...cached, ...named } };
}

/**
 * Embeds `count` texts with Workers AI. The `fault` of the answer is "" (none), "http", "type", "invalid", "timeout",
 * "disconnected" or "broken"; `ports.Answer` explains them.
 * @param {Scope} scope @param {Ai} ai @param {string} model @param {string | Uint8Array} inputs JSON, see textsOf @param {number} count
 * @param {number} dimensions how many numbers of a row will be used @param {string} encoding of them, or several ones, separated by commas
 * @param {boolean} rejectIfBusy fail instead of waiting for capacity @param {string} [gateway] id of an AI Gateway
 * @param {string} [key] the label of the caller's key
 */
export async function ask(scope, ai, model, inputs, count, dimensions, encoding, rejectIfBusy, gateway, key) {
  try {
    const input = typeof inputs === "string" ? JSON.parse(inputs) : { text: await textsOf(scope, inputs) };
    scope.check();
    const options = { returnRawResponse: true, rejectIfBusy, signal: scope.controller.signal, ...callOptions(gateway, key) };
    const call = /** @type {any} */ (ai).run(model, input, options);
    /** @type {Response} */
    const response = await scope.within(call);
    if (response.status !== 200) return new Answer("http", null, response.status, await scope.within(detail(response)));
    if (!isJson(response)) return new Answer("type", null);
    // The answer is not read before there is memory for it, and for the output that is made of it.
    if (!scope.batch && !(await answerMemory.reserve(scope, 2 * count * ROW_BYTES, count <= FEW_VECTORS))) {
      return new Answer(scope.reason ?? "busy", null);
    }
    const bytes = await scope.within(bytesOf(response, count));
    const needed = scope.batch === "floats" ? { digits: false, floats: true } : neededFor(dimensions, encoding);
    const rows = rowsOrError(bytes, count, needed.floats, dimensions);
    if (typeof rows === "string") return new Answer("http", null, BAD_GATEWAY, rows);
    if (!needed.digits) dropDigits(rows);
    return new Answer("", rows, 200, "", /** @type {any} */ (response).cached);
  } catch (error) {
    if (error instanceof InvalidAnswer) return new Answer("invalid", null, 200, error.message);
    const known = error instanceof Fault ? error.fault : undefined;
    return new Answer(scope.reason ?? known ?? "broken", null, 0, known ? "" : thrownText(error));
  }
}

/**
 * Returns what is needed of an answer: the model's own digits, for 768 numbers as "float", and the numbers as float32, for
 * everything else. @param {number} dimensions @param {string} encoding
 */
function neededFor(dimensions, encoding) {
  const digits = dimensions === DIMENSIONS && encoding.split(",").includes("float");
  return { digits, floats: !digits || encoding !== "float" };
}

/**
 * Reserves memory for the answers of a batch, which are kept until the last one has arrived. Returns "" or a
 * fault: "busy", "timeout" or "disconnected". If the heap of Python leaves too little for the model's own digits, only the
 * numbers are kept, as float32.
 * @param {Scope} scope @param {number} texts @param {number} dimensions @param {string} encoding as in `ask`
 */
export async function reserve(scope, texts, dimensions, encoding) {
  const digits = (texts + MAX_TEXTS) * ROW_BYTES;
  const floats = texts * FLOATS_BYTES + Math.min(texts, IN_FLIGHT) * ROW_BYTES;
  scope.batch = neededFor(dimensions, encoding).floats || !answerMemory.couldHold(digits) ? "floats" : "digits";
  const kept = scope.batch === "floats" ? floats : digits;
  return (await answerMemory.reserve(scope, kept, false)) ? "" : (scope.reason ?? "busy");
}
