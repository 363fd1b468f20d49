/** Calls the HTTP API with JSON. Every failure is an ApiError. */
import { key } from "./key.js";

/** An error from the service or from the connection to it. */
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
 * Calls the service. If it is aborted, it rejects with the reason of the signal.
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
    throw new ApiError("unreachable", "The service did not answer. It is down, or the connection failed.");
  }
  const json = parsed(content);
  if (!response.ok || json === undefined) {
    throw errorOf(response, json);
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
function errorOf(response, json) {
  const error = json?.error ?? {};
  return new ApiError(
    error.code ?? `http_${response.status}`,
    error.message ?? `The service did not return JSON (status ${response.status}).`,
    {
      status: response.status,
      param: error.param,
      requestId: response.headers.get("x-request-id"),
      retryAfter: response.headers.get("retry-after"),
    },
  );
}
