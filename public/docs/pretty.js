/** JSON for people: indented, with long vectors and long strings shortened. */

const MOST_NUMBERS = 8;
const SHOWN_NUMBERS = 3;
const MOST_CHARACTERS = 400;
const SHOWN_CHARACTERS = 60;
const LINE = 90;

/**
 * @param {string} text JSON, or any other text
 * @returns {string}
 */
export function pretty(text) {
  try {
    return written(JSON.parse(text), "");
  } catch {
    return text;
  }
}

/**
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
function written(value, indent) {
  if (Array.isArray(value) && value.length > MOST_NUMBERS && value.every((item) => typeof item === "number")) {
    return `[${value.slice(0, SHOWN_NUMBERS).join(", ")}, … ${value.length - SHOWN_NUMBERS} more]`;
  }
  if (typeof value === "string" && value.length > MOST_CHARACTERS) {
    return `${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))} … ${value.length - SHOWN_CHARACTERS} more characters`;
  }
  if (value === null || typeof value !== "object") {
    return JSON.stringify(value);
  }
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => written(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${written(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const flat = open + parts.join(", ") + close;
  return flat.length + indent.length < LINE && !flat.includes("\n")
    ? flat
    : `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}
