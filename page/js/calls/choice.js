/** The options of an embedding. */

/** @typedef {{task: string, dimensions: number, encoding: string}} Choice `task` is "" for none */

/**
 * Returns the body of a call of /embed, without options that have their default.
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
