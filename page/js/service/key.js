/** The key of this tab. It is kept only in the session storage. */

const NAME = "embedder-key";

/** @returns {string} the key, or "" */
export function key() {
  return sessionStorage.getItem(NAME) ?? "";
}

/** @param {string} value the key, or "" to remove it */
export function setKey(value) {
  if (value) {
    sessionStorage.setItem(NAME, value);
  } else {
    sessionStorage.removeItem(NAME);
  }
}
