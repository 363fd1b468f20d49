// @ts-check
/**
 * Calls the model, and keeps its answer. Calls never throw; the answer contains the fault. Python decides what a fault
 * means.
 */
import { DIMENSIONS, InvalidAnswer, readAnswer } from "./answer.js";
import { excess } from "./limits.js";
import { rowsOf, shortDigits } from "./numbers.js";

/** @typedef {import("./answer.js").Rows} Rows */
/** @typedef {import("./request.js").Scope} Scope */

const JSON_TYPE = "application/json";
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
