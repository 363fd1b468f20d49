/** Stands behind a queue binding of the Worker, and passes on what it sends. */
export default {
  fetch(request, env) {
    return env.GATEWAY.fetch(`http://gateway/queue/${env.QUEUE}`, { method: "POST", body: request.body });
  },
};
