/** Sends a request to the object: /kill or /state. */
export default {
  async fetch(request, env) {
    try {
      return await env.BATCHER.getByName("0").fetch(request);
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
