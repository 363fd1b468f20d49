/** Remembers in this browser which ids this page stored, so that they can be removed later. */

const NAME = "embedder-stored";
const MOST = 10_000; // ids

/** @returns {Record<string, string[]>} ids by namespace */
function all() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    const entries = Object.entries(found).filter(([, ids]) => Array.isArray(ids) && ids.every((id) => typeof id === "string"));
    return Object.fromEntries(/** @type {[string, string[]][]} */ (entries));
  } catch {
    return {};
  }
}

/** @param {Record<string, string[]>} next */
function write(next) {
  try {
    const kept = Object.entries(next).filter(([, ids]) => ids.length);
    kept.length ? localStorage.setItem(NAME, JSON.stringify(Object.fromEntries(kept))) : localStorage.removeItem(NAME);
  } catch {
    // storage is full or forbidden: the page works without it
  }
}

/** @param {string} namespace */
export function idsIn(namespace) {
  return all()[namespace] ?? [];
}

/** @param {string} namespace @param {string[]} ids */
export function remember(namespace, ids) {
  const before = all();
  const others = Object.entries(before).reduce((sum, [name, found]) => sum + (name === namespace ? 0 : found.length), 0);
  write({ ...before, [namespace]: [...new Set([...idsIn(namespace), ...ids])].slice(-Math.max(0, MOST - others)) });
}

/** @param {string} namespace @param {string[]} ids */
export function forget(namespace, ids) {
  const gone = new Set(ids);
  write({ ...all(), [namespace]: idsIn(namespace).filter((id) => !gone.has(id)) });
}
