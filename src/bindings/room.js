// @ts-check
/**
 * Bounds the memory of large bodies. Python needs up to 16 times the size of a body while it is in progress, and an
 * isolate has 128 MB. Therefore the large bodies in progress have together at most the bytes that one may have. The
 * others wait in order, after they were read, so that a slow client delays nobody else. The bodies that are being read
 * or wait have together at most eight times that limit.
 */

/** @typedef {import("./request.js").Scope} Scope */

const SMALL = 65_536; // bytes; smaller bodies do not wait
const READ_AT_ONCE = 8;
const POLL_MS = 20; // polling, because a promise must not be resolved by another request

/** @type {Map<Scope, number>} bytes of large bodies that are being read or wait */
const kept = new Map();
/** @type {Map<Scope, number>} bytes of large bodies in progress */
const bodies = new Map();
/** @type {Set<Scope>} in order */
const waiting = new Set();

/**
 * Returns whether `size` bytes of a body that is being read may be kept.
 * @param {Scope} scope @param {number} size @param {number} limit in bytes
 */
export function mayKeep(scope, size, limit) {
  if (size <= SMALL) return true;
  kept.set(scope, size);
  if (sum(kept) <= READ_AT_ONCE * limit) return true;
  kept.delete(scope);
  return false;
}

/**
 * Waits until there is room for a body. Returns false if the request ends first.
 * @param {Scope} scope @param {number} size @param {number} limit in bytes
 */
export async function enter(scope, size, limit) {
  if (size <= SMALL) return true;
  waiting.add(scope);
  while (!scope.reason && !(isFirst(scope) && sum(bodies) + size <= limit)) await scope.sleep(POLL_MS);
  waiting.delete(scope);
  kept.delete(scope);
  if (!scope.reason) bodies.set(scope, size);
  return !scope.reason;
}

/** @param {Scope} scope */
function isFirst(scope) {
  for (const other of waiting) {
    if (!other.isOver()) return other === scope;
    waiting.delete(other);
  }
  return true;
}

/** @param {Map<Scope, number>} sizes */
function sum(sizes) {
  let total = 0;
  for (const [scope, size] of sizes) {
    if (scope.isOver()) sizes.delete(scope);
    else total += size;
  }
  return total;
}
