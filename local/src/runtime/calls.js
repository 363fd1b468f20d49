// @ts-check
/** Calls of the index by RPC. Vectors in the arguments stay here; Python gets the rest, and makes the request of it. */

/** The arguments of a call: JSON with an index in the place of each vector, and the vectors. */
class Arguments {
  /** @param {string} method @param {any[]} given */
  constructor(method, given) {
    /** @type {unknown[]} */
    this.vectors = [];
    this.text = JSON.stringify(given.map((argument, i) => (i ? argument : this.without(method, argument))));
  }

  /** @type {(method: string, argument: any) => any} */
  without(method, argument) {
    if (method === "query") return this.take(argument);
    if (!Array.isArray(argument) || (method !== "insert" && method !== "upsert")) return argument;
    return argument.map((item) => (item?.values == null ? item : { ...item, values: this.take(item.values) }));
  }

  /** Returns the index that takes the place of a value. @param {any} values */
  take(values) {
    if (values == null) return values;
    return this.vectors.push(ArrayBuffer.isView(values) ? Array.from(/** @type {any} */ (values)) : values) - 1;
  }

  /** Returns the body of a request with the vectors in their places. @param {string} text JSON */
  fill(text) {
    const body = JSON.parse(text);
    for (const item of body.vectors ?? []) item.values = this.vectors[item.values];
    if (this.vectors.length && "vector" in body) body.vector = this.vectors[body.vector];
    return JSON.stringify(body);
  }
}

/** @param {string} method @param {...any} given */
export function open(method, ...given) {
  return new Arguments(method, given);
}

/**
 * Sends a request to the index. Returns the status, the `result` if it is 200, and otherwise the `text`.
 * @param {Fetcher} index @param {string} path @param {string} type of the content @param {string} text of the body
 * @param {Arguments} given
 */
export async function send(index, path, type, text, given) {
  const init = { method: "POST", body: text && given.fill(text), headers: { "content-type": type } };
  const response = await index.fetch(`http://vector-search/${path}`, init);
  const { status } = response;
  return status === 200 ? { status, result: await response.json(), text: "" } : { status, text: await response.text() };
}
