/** What can be chosen for an embedding. Pure. */

/** @typedef {{task: string, dimensions: number, encoding: string}} Choice `task` is "" for none */

/**
 * The body of one call of /embed; what is the default anyway is left out.
 *
 * @param {string[]} texts
 * @param {Choice} choice
 */
export function embedBody(texts, { task, dimensions, encoding }) {
  return {
    text: texts,
    ...(task && { task }),
    ...(dimensions !== 768 && { dimensions }),
    ...(encoding !== "float" && { encoding_format: encoding }),
  };
}
