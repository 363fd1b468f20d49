/** The side of a worker: answers the questions of `Background`. */

/** @typedef {{result: unknown, transfer?: Transferable[]}} Answered */
/** @typedef {(...args: any[]) => Answered | Promise<Answered>} Answer its last argument sends a part of the result ahead */

/** Answers messages with these functions. @param {Record<string, Answer>} functions */
export function serve(functions) {
  const scope = /** @type {any} */ (globalThis);
  scope.onmessage = async (/** @type {MessageEvent} */ { data: { id, name, args } }) => {
    try {
      const part = (/** @type {unknown} */ value) => scope.postMessage({ id, part: value });
      const { result, transfer = [] } = await functions[name](...args, part);
      scope.postMessage({ id, result }, transfer);
    } catch (error) {
      scope.postMessage({ id, error: String(error) });
    }
  };
}
