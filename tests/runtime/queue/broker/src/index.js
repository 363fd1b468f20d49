/** Sends what it is given to wrangler's queues, and passes their batches on to the address GATEWAY. */
const decoder = new TextDecoder();

function message({ body, contentType }) {
  const text = decoder.decode(Uint8Array.from(atob(body), (char) => char.charCodeAt(0)));
  return contentType === "json" ? { body: JSON.parse(text), contentType } : { body: text, contentType: "text" };
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("ready");
    const { messages } = await request.json();
    const queue = new URL(request.url).pathname === "/failed" ? env.FAILED : env.INGEST;
    await queue.sendBatch(messages.map(message));
    return Response.json({});
  },

  async queue(batch, env) {
    const messages = batch.messages.map(({ id, timestamp, body, attempts }) => ({ id, timestamp, body, attempts }));
    const body = JSON.stringify({ queue: batch.queue, messages });
    const response = await fetch(`${env.GATEWAY}/deliver`, { method: "POST", body });
    if (response.status !== 200) throw new Error("not delivered");
    const { acknowledged, retried } = await response.json();
    for (const message of batch.messages) {
      if (acknowledged.includes(message.id)) message.ack();
      else if (message.id in retried) message.retry({ delaySeconds: retried[message.id] });
    }
  },
};
