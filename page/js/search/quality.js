/** "Is my search good?": marked queries, and how high their right lines are, per size, with and without prompts. */
import { byId, count, counted, element } from "../dom.js";
import { embedded } from "../service/embedded.js";
import { Work } from "../service/work.js";
import { qualityOf } from "../view.js";
import { read, toggled } from "./judgements.js";

/** @typedef {import("../compute/quality.js").Quality} Quality */
/** @typedef {import("../compute/quality.js").Difference} Difference */

const area = () => /** @type {HTMLTextAreaElement} */ (/** @type {unknown} */ (byId("judged")));
/** @type {() => string[]} */
let texts;
/** @type {Work} */
let work;

/** @param {() => string[]} of returns the lines of the page */
export function start(of) {
  texts = of;
  work = new Work({ status: "judge-status", error: "judge-error", progress: "judge-progress", cancel: "judge-cancel", during: ["judge"] });
  byId("judge-form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
}

/** Returns a button that marks a line as right for a query. @param {string} query @param {string} line */
export function marker(query, line) {
  const marked = () => area().value.split("\n").includes(`${query}\t${line}`);
  const button = element("button", { type: "button", class: "quiet right", "aria-pressed": String(marked()), "aria-label": `Right line: ${line.slice(0, 100)}` }, "right");
  button.addEventListener("click", () => {
    area().value = toggled(area().value, query, line);
    button.setAttribute("aria-pressed", String(marked()));
    const rows = area().value.split("\n").filter((row) => row.trim()).length;
    work.say(`${counted(rows, "right line")} marked. Mark lines of several queries, then measure.`);
  });
  return button;
}

function run() {
  const lines = texts();
  let judged;
  try {
    judged = read(area().value, lines);
  } catch (error) {
    work.say(/** @type {Error} */ (error).message);
    return;
  }
  if (!judged.length) {
    work.say("Mark the right line of some queries above, or paste rows of a query, a tab and its right line.");
    return;
  }
  const queries = judged.map(({ query }) => query);
  void work.run(2 * (queries.length + lines.length), async (signal, progress, waiting) => {
    let before = 0;
    const rows = async (/** @type {string[]} */ wanted, /** @type {string} */ task) => {
      const made = await embedded(wanted, task, { signal, waiting, progress: (done) => progress(before + done) });
      before += wanted.length;
      return made.rows;
    };
    const plain = { queries: await rows(queries, ""), rows: await rows(lines, "") };
    const prompted = { queries: await rows(queries, "search_query"), rows: await rows(lines, "search_document") };
    show(await qualityOf(prompted, plain, judged.map(({ right }) => right), signal), queries.length);
    return `${counted(queries.length, "query", "queries")} against ${counted(lines.length, "line")}.`;
  });
}

/** @param {Quality[]} table @param {number} queries */
function show(table, queries) {
  byId("judge-result").hidden = false;
  byId("judge-answer").textContent = answer(table, queries);
  byId("judge-table").querySelector("tbody")?.replaceChildren(...table.map(row));
}

/** Says how good the search is, and which differences are larger than chance. @param {Quality[]} table @param {number} queries */
export function answer(table, queries) {
  const [full, ...shorter] = table;
  const first = Math.round(full.with.hit1 * queries);
  const worse = shorter.filter(({ shorter: { real, higher, lower } }) => real && lower > higher).map(({ dimensions }) => dimensions);
  const size = worse.length
    ? `Fewer dimensions are worse than 768 at ${worse.join(", ")}.`
    : "No smaller size is worse than 768 by more than chance.";
  return `With prompts, the right line is first for ${count(first)} of ${counted(queries, "query", "queries")}. ${verdict(full.prompts)} ${size}`;
}

/** @param {Difference} difference of the prompts */
export function verdict({ higher, lower, p, real }) {
  const counts = `higher for ${count(higher)} and lower for ${counted(lower, "query", "queries")}`;
  if (real) {
    return `Prompts ${higher > lower ? "help" : "hurt"}: the right line is ${counts} (p = ${p.toFixed(3)}).`;
  }
  const few = higher + lower < 6 ? "; at least 6 queries must differ" : "";
  return `Prompts make no difference larger than chance: ${counts} (p = ${p.toFixed(2)}${few}).`;
}

/** @param {Quality} quality */
function row({ dimensions, with: prompted, without, prompts }) {
  const three = (/** @type {import("../compute/quality.js").Measures} */ { hit1, hit5, reciprocal }) => [`${Math.round(100 * hit1)}%`, `${Math.round(100 * hit5)}%`, reciprocal.toFixed(3)];
  const cells = [String(dimensions), ...three(prompted), ...three(without), prompts.real ? (prompts.higher > prompts.lower ? "better" : "worse") : "chance"];
  return element("tr", {}, ...cells.map((text, at) => element("td", at ? { class: "number" } : {}, text)));
}
