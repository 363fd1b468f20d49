// @ts-check
/**
 * Vectors of the real model: EmbeddingGemma-300M on a CPU.
 *
 * `RECORDED` has 29 texts, some with a prompt, with all 768 numbers. `MESSAGES` has 300 texts of a support desk, with the
 * first 128 numbers, as int8: 240 messages have 48 concepts of 12 topics, each in English, German, French, Spanish and Japanese,
 * 24 lines paraphrase one of them, 24 belong to no topic, and 12 are queries with the query prompt.
 */
import { readFileSync } from "node:fs";

/** @typedef {{topic?: string, concept?: string, query?: boolean, vector: string}} Line */
/** @typedef {{topic: string, concept: string | null, query: boolean, row: Float32Array}} Message */

/** @param {string} name */
function lines(name) {
  return readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8").trim().split("\n");
}

/** @type {{text: string, vector: number[]}[]} */
export const RECORDED = lines("embeddinggemma-vectors.jsonl").map((line) => JSON.parse(line));

/** A line without a topic is a topic and a concept of its own. @type {Message[]} */
export const MESSAGES = lines("support-messages-int8.jsonl").map((line, place) => {
  /** @type {Line} */
  const { topic = `single ${place}`, concept, query = false, vector } = JSON.parse(line);
  const single = topic === `single ${place}` ? topic : null;
  return { topic, concept: concept ?? single, query, row: Float32Array.from(new Int8Array(Buffer.from(vector, "base64"))) };
});

/** The vectors of `MESSAGES` with all 768 numbers. @type {number[][]} */
export const FULL = lines("support-messages-float16.txt").map((line) => {
  const bytes = new DataView(Uint8Array.from(Buffer.from(line, "base64")).buffer);
  return Array.from({ length: bytes.byteLength / 2 }, (_, place) => half(bytes.getUint16(2 * place, true)));
});

/** Returns the number that 16 bits are. @param {number} bits */
function half(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/**
 * Returns the adjusted Rand index of two groupings: 1 if they are equal, about 0 if they agree by chance.
 *
 * @param {ArrayLike<string | number>} one @param {ArrayLike<string | number>} other
 */
export function randIndex(one, other) {
  const size = one.length;
  const pairs = (/** @type {(place: number) => string} */ name) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (let place = 0; place < size; place++) counts.set(name(place), (counts.get(name(place)) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  };
  const [a, b] = [pairs((place) => `${one[place]}`), pairs((place) => `${other[place]}`)];
  const both = pairs((place) => `${one[place]}\n${other[place]}`);
  const chance = (a * b) / ((size * (size - 1)) / 2);
  return (both - chance) / ((a + b) / 2 - chance);
}

/** Those of `RECORDED` without a prompt. */
export const PLAIN = RECORDED.filter(({ text }) => !/^(task|title): /.test(text));
