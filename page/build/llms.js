// @ts-check
/** llms.txt: the API as short text for language models, from the same document as the reference. */
import { operations, ordered } from "../js/docs/order.js";

/** @typedef {import("../js/docs/order.js").Document} Document */

/** @param {Document} document */
export function llms(document) {
  const { info, tags, ...rest } = ordered(document);
  const [summary, ...more] = info.description.split("\n\n");
  const all = operations({ info, tags, ...rest });
  const parts = tags.map(({ name, description }) => {
    const lines = all.filter(({ operation }) => operation.tags?.includes(name)).map(({ method, path, operation }) => `- \`${method} ${path}\`: ${operation.summary}`);
    return `## ${name}\n\n${description}\n\n${lines.join("\n")}`;
  });
  const links = "## Documents\n\n- [OpenAPI](/openapi.json): every field, limit and error, with examples\n- [Reference](/docs): the same for people";
  return [`# ${info.title}`, `> ${summary.replaceAll("\n", " ")}`, ...more.map((part) => part.replace(/^## /gm, "### ")), ...parts, links].join("\n\n") + "\n";
}
