/** The folded sections of the page. */
import { byId } from "../dom.js";

/** Opens a section, and goes there. @param {string} id */
export function openPart(id) {
  const part = /** @type {HTMLDetailsElement} */ (/** @type {unknown} */ (byId(id)));
  part.open = true;
  part.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  part.querySelector("summary")?.focus({ preventScroll: true });
}

/** On a narrow screen, where the answers are below the texts, goes to the answers. */
export function goToAnswers() {
  if (matchMedia("(max-width: 62rem)").matches) {
    byId("results").scrollIntoView({ block: "start" });
    byId("answers").focus({ preventScroll: true });
  }
}
