/** The text of a file: its encoding is detected, and what is no text is rejected. */

const SAMPLE = 4096; // bytes
/** @type {[string, number[]][]} how files that are no text begin */
const KINDS = [
  ["a PDF", [0x25, 0x50, 0x44, 0x46]],
  ["a ZIP file, such as DOCX or XLSX", [0x50, 0x4b, 3, 4]],
  ["an old Office file", [0xd0, 0xcf, 0x11, 0xe0]],
  ["a PNG picture", [0x89, 0x50, 0x4e, 0x47]],
  ["a JPEG picture", [0xff, 0xd8, 0xff]],
  ["a GIF picture", [0x47, 0x49, 0x46, 0x38]],
  ["a compressed file", [0x1f, 0x8b]],
  ["a Parquet file", [0x50, 0x41, 0x52, 0x31]],
];

/**
 * Returns the text, and the encoding that it had.
 *
 * @param {Uint8Array} bytes @returns {{content: string, encoding: string}} throws an Error that says why it is no text
 */
export function decoded(bytes) {
  const kind = KINDS.find(([, begin]) => begin.every((byte, place) => bytes[place] === byte));
  if (kind) {
    throw new Error(`This is ${kind[0]}, and no text. Save its text as a TXT or CSV file.`);
  }
  const wide = wideEncoding(bytes);
  const encoding = wide || (isUtf8(bytes) ? "utf-8" : "windows-1252");
  const content = new TextDecoder(encoding).decode(bytes);
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(content.slice(0, SAMPLE))) {
    throw new Error("This is a binary file, and no text.");
  }
  return { content, encoding };
}

/** Returns the encoding of two-byte text, or "". Without a mark, every second byte of most text is 0. @param {Uint8Array} bytes */
function wideEncoding(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, place) => (zeros[place % 2] += byte === 0 ? 1 : 0));
  const many = 0.2 * sample.length;
  if (zeros[1] > many && zeros[0] < many / 10) return "utf-16le";
  return zeros[0] > many && zeros[1] < many / 10 ? "utf-16be" : "";
}

/** @param {Uint8Array} bytes */
function isUtf8(bytes) {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
