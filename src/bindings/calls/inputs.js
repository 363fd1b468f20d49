// @ts-check
/** Parses the texts for the model without blocking the isolate. */

/** @typedef {import("../requests/request.js").Scope} Scope */

const HEAD = '{"text":['.length;
const PIECE = 262_144; // bytes that are parsed at a time
const QUOTE = 34;
const BACKSLASH = 92;
const LOWER_U = 117;
const ESCAPE = 5; // characters after the backslash of "\\u0000"
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses `{"text":[...]}` in pieces, and lets other requests run between them: 4 MB with one character beyond Latin-1
 * take V8 a quarter of a second. @param {Scope} scope @param {Uint8Array} json without spaces between the values
 */
export async function textsOf(scope, json) {
  const texts = [];
  let left = 0;
  for (let i = HEAD; json[i] === QUOTE; i++) {
    let text = "";
    for (i++; json[i] !== QUOTE; ) {
      if (left <= 0) {
        await scope.yieldToOthers();
        left = PIECE;
      }
      const end = endOfPiece(json, i, i + left);
      text += piece(json.subarray(i, end));
      left -= end - i;
      i = end;
    }
    texts.push(text);
    i++; // the quote; then comes a comma or a bracket
  }
  return texts;
}

/** Returns the end of a string, or a later index than `most` between two characters. @param {Uint8Array} json @param {number} i @param {number} most */
function endOfPiece(json, i, most) {
  for (; json[i] !== QUOTE && (i < most || (json[i] & 0xc0) === 0x80); i++) {
    if (json[i] === BACKSLASH) i += json[i + 1] === LOWER_U ? ESCAPE : 1;
  }
  return i;
}

/** @param {Uint8Array} json a part of a string */
function piece(json) {
  const text = decoder.decode(json);
  return json.includes(BACKSLASH) ? JSON.parse(`"${text}"`) : text;
}
