/** Ids of stored texts. */

/**
 * Returns the id of a text in a namespace. Equal texts have equal ids. The id depends on the namespace, because an id
 * exists once in an index.
 *
 * @param {string} text
 * @param {string} namespace
 */
export function idOf(text, namespace) {
  // two 32-bit FNV-1a hashes with different primes, because the Web Crypto API is not available over http
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (const byte of new TextEncoder().encode(`${namespace}\n${text}`)) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ byte, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return "page-" + [a, b].map((sum) => (sum >>> 0).toString(16).padStart(8, "0")).join("");
}
