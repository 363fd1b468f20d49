// The limit: the model's answer is passed on and never read.
const MODEL = "@cf/google/embeddinggemma-300m";

export default {
  async fetch(request, env) {
    const { text } = await request.json();
    return env.AI.run(MODEL, { text }, { returnRawResponse: true });
  },
};
