/** The key form. It is hidden until the endpoint requires a key. */
import { byId, input } from "../dom.js";
import { key, setKey } from "./key.js";

let again = () => {};

/** Shows the form and the reason. `repeat` repeats the rejected request. @param {() => void} repeat */
export function askForKey(repeat) {
  again = repeat;
  byId("key-form").hidden = false;
  byId("key-reason").textContent = key()
    ? "The service rejected this key. Check it, or ask whoever runs the service for another one."
    : "This service requires a key.";
  input("key").value = "";
  input("key").focus();
}

/** @param {() => void} changed called when the key has changed */
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
