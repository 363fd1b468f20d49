/** Prints the numbers of the lines whose answer the validator accepts. A line: `{"count", "body"}`, the body as base64. */
import { readFileSync } from "node:fs";

import { InvalidAnswer, readAnswer } from "../../src/bindings/numbers/answer.js";

/** Returns whether an answer is valid; the same whether floats are needed or not. */
function accepts({ count, body }) {
  const [text, floats] = [false, true].map((withFloats) => isValid(Uint8Array.fromBase64(body), count, withFloats));
  if (text !== floats) throw new Error(`with floats: ${floats}, without: ${text}`);
  return text;
}

function isValid(bytes, count, withFloats) {
  try {
    readAnswer(bytes, count, withFloats);
    return true;
  } catch (error) {
    if (error instanceof InvalidAnswer) return false;
    throw error;
  }
}

const lines = readFileSync(process.argv[2], "utf8").trimEnd().split("\n");
console.log(JSON.stringify(lines.flatMap((line, number) => (accepts(JSON.parse(line)) ? [number] : []))));
