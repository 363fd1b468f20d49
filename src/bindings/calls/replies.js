// @ts-check
/** Reads what the model answers, up to a size: an answer without end would take the memory of all requests. */
import { InvalidAnswer, readAnswer } from "../numbers/answer.js";
import { excess } from "../isolate/limits.js";
import { enlarged, readInto } from "../isolate/streams.js";

const JSON_TYPE = "application/json";
const MAX_ERROR_BYTES = 65_536;
export const ROW_BYTES = 17 * 1024; // of a row of the model as JSON
const MAX_ROW_BYTES = 2 * ROW_BYTES; // of a row that is indented
const decoder = new TextDecoder();

/** @param {Response} response */
export function isJson(response) {
  return response.headers.get("content-type")?.toLowerCase().startsWith(JSON_TYPE) ?? false;
}

/** Returns the body of an error, or "" if it is too large or Python could not decode it. @param {Response} response */
export async function detail(response) {
  const bytes = await upTo(response, MAX_ERROR_BYTES);
  return bytes && !excess(bytes) ? decoder.decode(bytes) : "";
}

/** Returns the body of an answer to `count` texts. Throws InvalidAnswer if it is too large. @param {Response} response @param {number} count */
export async function bytesOf(response, count) {
  const bytes = await upTo(response, MAX_ERROR_BYTES + count * MAX_ROW_BYTES, count * ROW_BYTES);
  if (!bytes) throw new InvalidAnswer(`The model's answer is too large for ${count} texts.`);
  return bytes;
}

/**
 * Returns the rows of an answer, see `readAnswer`, or the text of an error that was sent in its place.
 * @param {Uint8Array} bytes @param {Parameters<typeof readAnswer> extends [any, ...infer Rest] ? Rest : never} how
 */
export function rowsOrError(bytes, ...how) {
  try {
    return readAnswer(bytes, ...how);
  } catch (error) {
    const text = bytes.length <= MAX_ERROR_BYTES && !excess(bytes) ? decoder.decode(bytes) : "";
    if (isError(text)) return text;
    throw error;
  }
}

/** @param {string} text */
function isError(text) {
  try {
    const found = JSON.parse(text);
    return !Object.hasOwn(found, "data") && ["error", "errors", "internalCode"].some((name) => Object.hasOwn(found, name));
  } catch {
    return false;
  }
}

/**
 * Returns the body of a response, or null if it has more than `most` bytes. The length of one that was compressed says
 * nothing. @param {Response} response @param {number} most @param {number} [usual] bytes that it seldom has more than
 */
async function upTo(response, most, usual = most) {
  const { headers, body } = response;
  const claimed = Number(headers.get("content-length") ?? NaN);
  if (claimed <= most && !headers.has("content-encoding")) return new Uint8Array(await response.arrayBuffer());
  if (!body) return new Uint8Array(0);
  const reader = body.getReader({ mode: "byob" });
  const bytes = claimed > most ? null : await filled(reader, most, usual);
  if (!bytes) reader.cancel().catch(() => {}); // nobody waits for its end
  return bytes;
}

/** Reads to the end, or returns null after `most` bytes. @param {ReadableStreamBYOBReader} reader @param {number} most @param {number} usual */
async function filled(reader, most, usual) {
  let bytes = new Uint8Array(usual + 1);
  for (let size = 0; size <= most; ) {
    if (size === bytes.length) bytes = enlarged(bytes, most + 1);
    const { done, value } = await readInto(reader, bytes.subarray(size));
    bytes = new Uint8Array(value.buffer);
    size += value.length;
    if (done) return 2 * size < bytes.length ? bytes.slice(0, size) : bytes.subarray(0, size);
  }
  return null;
}
