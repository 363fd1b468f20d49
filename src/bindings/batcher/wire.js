// @ts-check
/** Requests to the object, and its responses. */

/**
 * A request: texts, the options of the call that they may share with others, the label of the key, and `ms` until the
 * deadline.
 * @typedef {{ texts: string[], model: string, options: Record<string, unknown>, label: string, ms: number, alone: boolean }} Asked
 */

export const OUTCOME = "x-embedder-outcome"; // "rows", or a fault
export const CACHED = "x-embedder-cached"; // texts whose rows were in the cache
const URL = "https://batcher/";
const encoder = new TextEncoder();

/** @param {Asked} asked @param {AbortSignal} signal */
export function request(asked, signal) {
  return new Request(URL, { method: "POST", body: JSON.stringify(asked), signal });
}

/** Returns the rows as the model answers them, in its own digits. @param {Uint8Array[]} rows @param {number} dimensions @param {number} cached */
export function answer(rows, dimensions, cached) {
  const parts = [encoder.encode(`{"shape":[${rows.length},${dimensions}],"data":[`)];
  rows.forEach((row, i) => parts.push(...(i ? [encoder.encode(",")] : []), row));
  parts.push(encoder.encode("]}"));
  const headers = { "content-type": "application/json", [OUTCOME]: "rows", [CACHED]: `${cached}` };
  return new Response(joined(parts), { headers });
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Returns a fault. `status`, `type` and `body` are those of the model's answer. @param {string} fault @param {Record<string, any>} found */
export function failure(fault, { status = 500, type = "text/plain", body = "" }) {
  return new Response(body, { status, headers: { "content-type": type, [OUTCOME]: fault } });
}
