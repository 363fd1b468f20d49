/** The key of this tab. It is kept in the session's storage and nowhere else. */

const NAME = "embedder-key";

/** @returns {string} the key, or "" */
export function key() {
  return sessionStorage.getItem(NAME) ?? "";
}

/** @param {string} value the key; "" forgets it */
export function setKey(value) {
  if (value) {
    sessionStorage.setItem(NAME, value);
  } else {
    sessionStorage.removeItem(NAME);
  }
}
