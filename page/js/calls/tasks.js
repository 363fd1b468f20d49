/** The tasks: what each is for, and the prompt that the model gets. */

/** @typedef {{name: string, use: string, prompt: (text: string) => string}} Task */

/** @param {string} kind */
const query = (kind) => (/** @type {string} */ text) => `task: ${kind} | query: ${text}`;

/** @type {Task[]} */
export const TASKS = [
  { name: "", use: "The text alone, without a prompt.", prompt: (text) => text },
  { name: "search_query", use: "A query that searches documents.", prompt: query("search result") },
  { name: "search_document", use: "A document that is searched.", prompt: (text) => `title: none | text: ${text}` },
  { name: "question_answering", use: "A question whose answer is in a document.", prompt: query("question answering") },
  { name: "fact_verification", use: "A claim to check against documents.", prompt: query("fact checking") },
  { name: "classification", use: "A text to sort into given classes.", prompt: query("classification") },
  { name: "clustering", use: "A text to group with similar texts.", prompt: query("clustering") },
  { name: "semantic_similarity", use: "A text to compare with others of the same kind.", prompt: query("sentence similarity") },
  { name: "code_retrieval", use: "A question whose answer is source code.", prompt: query("code retrieval") },
];

/** @param {string} name */
export function taskOf(name) {
  return TASKS.find((task) => task.name === name) ?? TASKS[0];
}
