/** The reference with a running service: real addresses in the commands, buttons to copy and to send the examples. */
import { key, setKey } from "/js/key.js";
import { pretty } from "./pretty.js";

const LIMIT_MS = 180_000;
const HEADERS = ["x-embedding-task", "x-embedding-tokens", "x-embedding-truncated", "retry-after", "x-request-id"];

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} properties
 * @param {(Node | string)[]} children
 */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** @param {string} selector @param {ParentNode} within @returns {HTMLElement[]} */
const all = (selector, within = document) => [...within.querySelectorAll(selector)].map((item) => /** @type {HTMLElement} */ (item));

/** @param {HTMLElement} code @param {HTMLElement} after */
function addCopyButton(code, after) {
  const button = element("button", { type: "button", textContent: "Copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed: copy by hand";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  after.append(button);
}

/**
 * Let the reader change the body of a command.
 * @param {HTMLElement} body the body in the command
 * @returns {{editor: HTMLElement, text: () => string}}
 */
function editorOf(body) {
  const given = (body.textContent ?? "").replaceAll("'\\''", "'");
  const field = element("textarea", { value: given, rows: Math.min(given.split("\n").length + 1, 16), spellcheck: false });
  field.setAttribute("aria-label", "Body");
  field.addEventListener("input", () => (body.textContent = field.value.replaceAll("'", "'\\''")));
  return { editor: element("details", {}, element("summary", { textContent: "Change the body" }), field), text: () => field.value };
}

/** @param {string} method @param {string} path @param {string} body */
async function call(method, path, body) {
  const headers = { ...(key() && { authorization: `Bearer ${key()}` }), ...(body && { "content-type": "application/json" }) };
  const began = performance.now();
  const answer = await fetch(path, { method, headers, body: body || undefined, signal: AbortSignal.timeout(LIMIT_MS) });
  const text = await answer.text();
  return { answer, text, ms: Math.round(performance.now() - began) };
}

/** @param {Response} answer @param {string} text @param {number} ms @returns {Node[]} */
function shown(answer, text, ms) {
  const status = element("p", { className: answer.ok ? "ok" : "failed", textContent: `${answer.status} in ${ms} ms` });
  const found = HEADERS.filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
  const pre = element("pre", { tabIndex: 0 }, element("code", { textContent: [...found, "", pretty(text)].join("\n") }));
  pre.setAttribute("aria-label", "Received response");
  const advice = answer.status === 401 ? [element("p", {}, "This service needs a key: ", element("a", { href: "#key-form", textContent: "enter it" }), ".")] : [];
  return [status, ...advice, pre];
}

/** @param {HTMLElement} example */
function addButtons(example) {
  const { method = "", path = "" } = example.dataset;
  const [code] = all("code", example);
  const [body] = all(".body", example);
  const row = element("div", { className: "row" });
  const result = element("div", { className: "result" });
  result.setAttribute("role", "status");
  const send = element("button", { type: "button", className: "send", textContent: "Send" });
  const editing = body && editorOf(body);
  send.addEventListener("click", async () => {
    send.disabled = true;
    result.replaceChildren("Sending …");
    try {
      const { answer, text, ms } = await call(method, path, editing?.text() ?? "");
      result.replaceChildren(...shown(answer, text, ms));
    } catch (error) {
      result.replaceChildren(element("p", { className: "failed", textContent: `No answer: ${error}` }));
    }
    send.disabled = false;
    send.focus();
  });
  row.append(send);
  addCopyButton(code, row);
  all(".code", example)[0].after(row, ...(editing ? [editing.editor] : []), result);
}

function addKeyForm() {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("key-form"));
  const field = /** @type {HTMLInputElement} */ (document.getElementById("key"));
  const forget = /** @type {HTMLButtonElement} */ (document.getElementById("forget"));
  const note = /** @type {HTMLElement} */ (document.getElementById("key-note"));
  const told = note.textContent ?? "";
  /** @param {string} value @param {string} text */
  const keep = (value, text) => {
    setKey(value);
    field.value = "";
    forget.hidden = !value;
    note.textContent = text;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(field.value.trim(), "The key is saved in this tab. The examples are sent with it.");
  });
  forget.addEventListener("click", () => {
    keep("", told);
    field.focus();
  });
  forget.hidden = !key();
  form.hidden = false;
}

/** Open what the address points to. */
function openTarget() {
  for (let part = document.getElementById(location.hash.slice(1)); part; part = part.parentElement) {
    if (part instanceof HTMLDetailsElement) {
      part.open = true;
    }
  }
}

for (const place of all("[data-origin]")) {
  place.textContent = location.origin;
}
addKeyForm();
for (const code of all(".code")) {
  if (!code.closest(".example")) {
    const row = element("div", { className: "row" });
    code.append(row);
    addCopyButton(all("code", code)[0], row);
  }
}
all(".example").forEach(addButtons);
addEventListener("hashchange", openTarget);
openTarget();
