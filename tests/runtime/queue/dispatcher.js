/** Delivers a batch to the Worker as the runtime does, and returns what the Worker did with each message. */
export default {
  async fetch(request, env) {
    const { queue, messages } = await request.json();
    const found = messages.map((message) => ({ ...message, timestamp: new Date(message.timestamp) }));
    return Response.json(await env.EMBEDDER.queue(queue, found));
  },
};
