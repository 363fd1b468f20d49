/** Corrects what axe finds in the viewer: names and states that its request editor lacks. */

/** @type {[string, (element: Element, number: number) => void][]} */
const CORRECTIONS = [
  ["button[role=none]", (button) => button.removeAttribute("role")],
  ["[role=combobox]:not([aria-expanded])", (field) => field.setAttribute("aria-expanded", "false")],
  [".cm-content:not([aria-label])", (field) => field.setAttribute("aria-label", field.getAttribute("contenteditable") === "true" ? "Body" : "Response")],
  ["button[aria-controls]", (button) => document.getElementById(button.getAttribute("aria-controls") ?? "") || button.removeAttribute("aria-controls")],
  ["section[aria-label^=Notifications]", (section, number) => number && section.setAttribute("aria-label", `Notifications ${number + 1}`)],
];

/** Corrects the page now and after each change. */
export function correct() {
  let waiting = false;
  const all = () => {
    waiting = false;
    CORRECTIONS.forEach(([selector, use]) => document.querySelectorAll(selector).forEach(use));
    // while the request editor is open, the page behind it can't be reached
    const editor = document.querySelector("[role=dialog] main, .scalar-client main, .scalar-app-layout main");
    document.querySelector("main.references-rendered")?.toggleAttribute("inert", editor !== null);
  };
  new MutationObserver(() => {
    waiting || requestAnimationFrame(all);
    waiting = true;
  }).observe(document.body, { childList: true, subtree: true });
  all();
}
