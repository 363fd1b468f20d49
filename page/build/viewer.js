// @ts-check
/** The built viewer of the API reference. Scalar's plugin for Fastify is its smallest package that has it. */

/** Returns the script that the plugin serves: it is registered with a stub of Fastify. @param {string} entry path of the package's module */
export async function viewer(entry) {
  const { default: plugin } = await import(entry);
  /** @type {string[]} */
  const sent = [];
  const reply = { header: () => reply, send: (/** @type {string} */ content) => sent.push(content) };
  const route = (/** @type {{url: string, handler: (request: object, reply: object) => void}} */ { url, handler }) =>
    url.endsWith("/scalar.js") && handler({}, reply);
  plugin({ route, initialConfig: {}, log: console }, { configuration: { url: "/openapi.json" } }, () => {});
  if (sent.length !== 1) throw new Error("the package @scalar/fastify-api-reference has no viewer");
  return sent[0].replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
}
