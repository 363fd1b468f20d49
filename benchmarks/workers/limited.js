// A model that takes 50 ms and 50 calls a second; further calls are rejected, as Workers AI rejects them.
const CALL_MS = 50;
const CALLS_A_SECOND = 50;
const row = Array.from({ length: 768 }, (_, i) => (Math.sin(i + 1) / 20).toFixed(8)).join(",");
const counts = { calls: 0, texts: 0, rejected: 0 };
let tokens = CALLS_A_SECOND / 10;
let filled = 0;

function admits(now) {
  tokens = Math.min(CALLS_A_SECOND / 10, tokens + ((now - filled) * CALLS_A_SECOND) / 1000);
  filled = now;
  if (tokens < 1) return false;
  tokens--;
  return true;
}

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/counts") return Response.json(counts);
    const { text } = (await request.json()).inputs;
    if (!admits(Date.now())) {
      counts.rejected++;
      return Response.json({ errors: [{ code: 3040, message: "Capacity temporarily exceeded" }] }, { status: 429 });
    }
    counts.calls++;
    counts.texts += text.length;
    await new Promise((resolve) => setTimeout(resolve, CALL_MS));
    const data = Array.from(text, () => `[${row}]`).join(",");
    const headers = { "content-type": "application/json" };
    return new Response(`{"shape":[${text.length},768],"data":[${data}]}`, { headers });
  },
};
