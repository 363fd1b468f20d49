/** The panel that shows the current call in four languages. */
import { byId } from "../dom.js";
import { SNIPPETS } from "./snippets.js";

let language = "curl";
/** @type {() => import("./snippets.js").Screen} */
let screen;

/** @param {() => import("./snippets.js").Screen} onScreen */
export function start(onScreen) {
  screen = onScreen;
  byId("call-kinds").addEventListener("change", show);
  byId("call-tabs").addEventListener("click", (event) => choose(/** @type {Element} */ (event.target).closest("[role=tab]")));
  byId("call-tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const all = tabs();
      const now = all.findIndex((tab) => tab.dataset.language === language);
      choose(all[(now + step + all.length) % all.length]);
    }
  });
  byId("copy").addEventListener("click", () => void copy());
}

export function show() {
  const kind = /** @type {HTMLInputElement} */ (byId("call-kinds").querySelector(":checked")).value;
  byId("call-code").textContent = SNIPPETS[kind][language](screen());
  byId("call-note").textContent = "";
}

function tabs() {
  return /** @type {HTMLElement[]} */ ([...byId("call-tabs").querySelectorAll("[role=tab]")]);
}

/** @param {Element | null} tab */
function choose(tab) {
  if (!(tab instanceof HTMLElement)) {
    return;
  }
  language = tab.dataset.language ?? "curl";
  tabs().forEach((other) => {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  });
  tab.focus();
  byId("call").setAttribute("aria-labelledby", tab.id);
  show();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(byId("call-code").textContent ?? "");
    byId("call-note").textContent = "Copied.";
  } catch {
    // the clipboard needs https and permission
    getSelection()?.selectAllChildren(byId("call-code"));
    byId("call-note").textContent = "Copying failed. The code is selected: copy it with the keyboard.";
  }
}
