// Another Worker that calls the one under test by RPC. It answers what it got, or 501 where there is no such method.
export default {
  async fetch(request, env) {
    const { text, options } = await request.json();
    try {
      const answer = await env.EMBEDDINGS.embed(text, ...(options ? [options] : []));
      if (!answer.ok) return Response.json(answer, { status: 502 });
      const [count, dimensions] = answer.shape;
      const first = answer.data instanceof Float32Array ? answer.data.subarray(0, dimensions) : answer.data[0];
      return Response.json({ shape: [count, dimensions], first: Array.from(first) });
    } catch (error) {
      return Response.json({ error: String(error) }, { status: 501 });
    }
  },
};
