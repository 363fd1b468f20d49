/** The key field: hidden until the endpoint asks for a key. */
import { byId, input } from "./dom.js";
import { key, setKey } from "./key.js";

let again = () => {};

/** Show the field and say why; `repeat` does again what was refused. @param {() => void} repeat */
export function askForKey(repeat) {
  again = repeat;
  byId("key-form").hidden = false;
  byId("key-reason").textContent = key()
    ? "The endpoint does not know this key. Check it, or ask whoever runs the endpoint for another."
    : "This endpoint asks for a key. Whoever runs it has one for you.";
  input("key").value = "";
  input("key").focus();
}

/** @param {() => void} changed called when there is another key, or none */
export function start(changed) {
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    setKey(input("key").value.trim());
    byId("key-form").hidden = true;
    byId("forget-key").hidden = false;
    changed();
    again();
  });
  byId("forget-key").hidden = !key();
  byId("forget-key").addEventListener("click", () => {
    setKey("");
    byId("forget-key").hidden = true;
    changed();
  });
}
