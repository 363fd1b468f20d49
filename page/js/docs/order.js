/** The order of the operations in the reference and in llms.txt: five first, the others by tag. */

export const FIRST = ["post_embed", "post_v1_embeddings", "put_vectors", "post_search", "post_similarity"];
export const START = "Start here";
const ABOUT = "The five operations that most programs need. All others follow, by the API that they belong to.";

/** @typedef {{operationId: string, tags?: string[], summary?: string, description?: string}} Operation */
/** @typedef {{info: {title: string, description: string}, tags: {name: string, description: string}[], paths: Record<string, Record<string, Operation>>}} Document */
/** @typedef {{method: string, path: string, operation: Operation}} Listed */

/** Returns the operations in the order of the document. @param {Document} document @returns {Listed[]} */
export function operations({ paths }) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** Returns a document with the five operations under a first tag, and without tags that have no operation. @param {Document} document @returns {Document} */
export function ordered(document) {
  const copy = structuredClone(document);
  const all = operations(copy);
  for (const { operation } of all) {
    operation.tags = FIRST.includes(operation.operationId) ? [START] : operation.tags;
  }
  all.sort((one, other) => rank(one) - rank(other));
  copy.paths = {};
  for (const { method, path, operation } of all) (copy.paths[path] ??= {})[method.toLowerCase()] = operation;
  const used = new Set(all.flatMap(({ operation }) => operation.tags ?? []));
  copy.tags = [{ name: START, description: ABOUT }, ...copy.tags].filter(({ name }) => used.has(name));
  return copy;
}

/** @param {Listed} listed */
function rank({ operation }) {
  const place = FIRST.indexOf(operation.operationId);
  return place < 0 ? FIRST.length : place;
}
