/** One call of the HTTP API: JSON in, JSON out, every failure an ApiError. */
import { key } from "./key.js";

/** What the endpoint, or the way to it, refused. */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{status?: number, param?: string | null, requestId?: string | null, retryAfter?: string | null}} [more]
   */
  constructor(code, message, more = {}) {
    super(message);
    this.code = code;
    this.status = more.status ?? 0;
    this.param = more.param ?? null;
    this.requestId = more.requestId ?? null;
    this.retryAfter = more.retryAfter ?? null;
  }
}

/**
 * @typedef {object} Answer
 * @property {any} json
 * @property {number} bytes length of the body
 * @property {Headers} headers
 */

/**
 * Call the endpoint. An abort rejects with the signal's reason.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function call(method, path, body, signal) {
  let response, content;
  try {
    response = await fetch(path, { method, headers: headers(body), body: body === undefined ? null : JSON.stringify(body), signal });
    content = await response.arrayBuffer();
  } catch (error) {
    signal?.throwIfAborted();
    throw new ApiError("unreachable", "The endpoint did not answer: it is down, or the connection broke.");
  }
  const json = parsed(content);
  if (!response.ok || json === undefined) {
    throw refusal(response, json);
  }
  return { json, bytes: content.byteLength, headers: response.headers };
}

/** @param {unknown} body */
function headers(body) {
  return {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(key() ? { authorization: `Bearer ${key()}` } : {}),
  };
}

/** @param {ArrayBuffer} content */
function parsed(content) {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch {
    return undefined;
  }
}

/**
 * @param {Response} response
 * @param {any} json
 */
function refusal(response, json) {
  const error = json?.error ?? {};
  return new ApiError(
    error.code ?? `http_${response.status}`,
    error.message ?? `Something other than JSON came back, with status ${response.status}.`,
    {
      status: response.status,
      param: error.param,
      requestId: response.headers.get("x-request-id"),
      retryAfter: response.headers.get("retry-after"),
    },
  );
}
