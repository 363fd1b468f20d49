/** The choice of the task, with what it is for and the exact prompt. */
import { byId, element, select } from "../dom.js";
import { TASKS, taskOf } from "./tasks.js";

export function start() {
  select("task").replaceChildren(...TASKS.map(({ name }) => element("option", { value: name }, name || "none")));
}

export function show() {
  const task = taskOf(select("task").value);
  byId("task-purpose").textContent = task.use;
  byId("task-prompt").textContent = task.prompt("<your text>");
}
