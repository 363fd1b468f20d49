/** Code for the call that is on the screen. */

import { embedBody } from "./choice.js";

const MODEL = "embeddinggemma-300m";
const MOST_TEXTS = 20; // a comment has the number of the others

/**
 * @typedef {object} Screen
 * @property {string} origin
 * @property {boolean} keyed whether the endpoint requires a key
 * @property {string[]} texts
 * @property {import("./choice.js").Choice} choice
 * @property {string} query
 * @property {number} topK
 * @property {string} namespace
 * @property {number | null} minScore
 */

/** @type {Record<string, Record<string, (screen: Screen) => string>>} */
export const SNIPPETS = {
  embed: { curl: curlEmbed, python: pythonEmbed, typescript: typescriptEmbed, rpc: rpcEmbed },
  search: { curl: curlSearch, python: pythonSearch, typescript: typescriptSearch, rpc: rpcSearch },
};

/** @param {Screen} screen */
function shown(screen) {
  return screen.texts.length ? screen.texts.slice(0, MOST_TEXTS) : ["Hello"];
}

/** Returns a comment about omitted texts, or an empty string. @param {Screen} screen @param {string} mark */
function rest(screen, mark) {
  const left = screen.texts.length - MOST_TEXTS;
  return left > 0 ? `${mark} and ${left} more; the limit is 100 texts per call of /embed, 2,048 per call of /v1/embeddings\n` : "";
}

/** @param {Screen} screen */
function body(screen) {
  return embedBody(shown(screen), screen.choice);
}

/** @param {Screen} screen */
function searchBody({ query, topK, namespace, minScore }) {
  return { text: query || "Hello", top_k: topK, ...(namespace && { namespace }), ...(minScore !== null && { min_score: minScore }) };
}

/** @param {Screen} screen */
function curlEmbed(screen) {
  return rest(screen, "#") + curl(screen, "/embed", body(screen));
}

/** @param {Screen} screen */
function curlSearch(screen) {
  return curl(screen, "/search", searchBody(screen));
}

/** @param {Screen} screen @param {string} path @param {object} request */
function curl(screen, path, request) {
  const key = screen.keyed ? `  -H "Authorization: Bearer $EMBEDDER_KEY" \\\n` : "";
  const json = JSON.stringify(request, null, 2).replaceAll("'", "'\\''");
  return `curl ${screen.origin}${path} \\\n${key}  -H "Content-Type: application/json" \\\n  -d '${json}'\n`;
}

/** @param {Screen} screen */
function pythonEmbed(screen) {
  const { task, dimensions, encoding } = screen.choice;
  const form = encoding === "float" ? `\n    encoding_format="float",` : "";
  const note = encoding === "float" ? "" : "# the client requests base64 by default, and decodes it\n";
  return `${rest(screen, "#")}${screen.keyed ? "import os\n\n" : ""}from openai import OpenAI

client = OpenAI(base_url="${screen.origin}/v1", api_key=${screen.keyed ? 'os.environ["EMBEDDER_KEY"]' : '"none"'})
${note}answer = client.embeddings.create(
    model="${MODEL}${task && `:${task}`}",
    input=${indented(shown(screen), 4, 4)},${dimensions === 768 ? "" : `\n    dimensions=${dimensions},`}${form}
)
print(len(answer.data), len(answer.data[0].embedding))
`;
}

/** @param {Screen} screen */
function pythonSearch(screen) {
  const items = Object.entries(searchBody(screen)).map(([name, value]) => `        "${name}": ${JSON.stringify(value)},\n`);
  const key = screen.keyed ? `\n    headers={"Authorization": f"Bearer {os.environ['EMBEDDER_KEY']}"},` : "";
  return `${screen.keyed ? "import os\n\n" : ""}import requests

answer = requests.post(
    "${screen.origin}/search",${key}
    json={
${items.join("")}    },
    timeout=30,
)
answer.raise_for_status()
for match in answer.json()["matches"]:
    print(match["score"], match["metadata"]["text"])
`;
}

/** @param {Screen} screen */
function typescriptEmbed(screen) {
  const decode =
    screen.choice.encoding === "float"
      ? ""
      : `const vectors = data.map((row) => new Float32Array(Uint8Array.from(atob(row), (c) => c.charCodeAt(0)).buffer));\n`;
  const printed = screen.choice.encoding === "float" ? "shape" : "vectors.length, vectors[0].length";
  const type = screen.choice.encoding === "float" ? "number[][]" : "string[]";
  return `${rest(screen, "//")}${typescript(screen, "/embed", body(screen))}const { shape, data } = (await response.json()) as { shape: number[]; data: ${type} };
${decode}console.log(${printed});
`;
}

/** @param {Screen} screen */
function typescriptSearch(screen) {
  return `${typescript(screen, "/search", searchBody(screen))}const { matches } = (await response.json()) as {
  matches: { id: string; score: number; metadata?: { text?: string } }[];
};
for (const match of matches) console.log(match.score, match.metadata?.text);
`;
}

/** @param {Screen} screen @param {string} path @param {object} request */
function typescript(screen, path, request) {
  const key = screen.keyed ? "\n    Authorization: `Bearer ${process.env.EMBEDDER_KEY}`," : "";
  return `const response = await fetch("${screen.origin}${path}", {
  method: "POST",
  headers: {${key}
    "Content-Type": "application/json",
  },
  body: JSON.stringify(${indented(request, 2, 2)}),
});
if (!response.ok) throw new Error(await response.text());
`;
}

/** @param {Screen} screen */
function rpcEmbed(screen) {
  const { text, ...options } = body(screen);
  const more = Object.keys(options).length ? `, ${indented(options, 2, 0)}` : "";
  return `// wrangler.toml of your Worker:
//   services = [{ binding = "EMBEDDINGS", service = "embedder" }]
${rest(screen, "//")}const answer = await env.EMBEDDINGS.embed(${indented(text, 2, 0)}${more});
if (!answer.ok) throw new Error(answer.error.message);
const { shape, data } = answer;
`;
}

/** @param {Screen} screen */
function rpcSearch(screen) {
  const { text, ...more } = searchBody(screen);
  return `// wrangler.toml of your Worker:
//   services = [{ binding = "EMBEDDINGS", service = "embedder" }]
const answer = await env.EMBEDDINGS.search(${JSON.stringify(text)}, ${indented(more, 2, 0)});
if (!answer.ok) throw new Error(answer.error.message);
for (const match of answer.matches) console.log(match.score, match.metadata?.text);
`;
}

/** Returns JSON that is indented to fit into a program. @param {object} value @param {number} step @param {number} from */
function indented(value, step, from) {
  return JSON.stringify(value, null, step).replaceAll("\n", "\n" + " ".repeat(from));
}
