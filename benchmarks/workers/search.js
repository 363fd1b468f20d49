// Fills the local index and a plain array with the same random vectors, and searches both. `mode` of a search is the
// name of a binding to the index, or "plain": what a Worker in JavaScript would do with the vectors in memory.
const WIDTH = 768;
const TOP_K = 10;
const known = [];
let seed = 1;

function random() {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 1073741824 - 1;
}

function vector() {
  return Float32Array.from({ length: WIDTH }, random);
}

async function fill(env, count) {
  const vectors = Array.from({ length: count }, (_, i) => ({ id: `${known.length + i}`, values: vector() }));
  for (const { id, values } of vectors) known.push({ id, values, norm: Math.sqrt(dot(values, values)) });
  await env.REAL.upsert(vectors);
}

function dot(left, right) {
  let sum = 0;
  for (let i = 0; i < WIDTH; i++) sum += left[i] * right[i];
  return sum;
}

function plain(query) {
  const length = Math.sqrt(dot(query, query));
  const scores = known.map(({ id, values, norm }) => ({ id, score: dot(values, query) / (length * norm) }));
  return scores.sort((a, b) => b.score - a.score).slice(0, TOP_K);
}

async function search(env, mode, query) {
  return mode === "plain" ? plain(query) : (await env[mode].query(query, { topK: TOP_K, returnValues: true })).matches;
}

export default {
  async fetch(request, env) {
    const { count, mode, number } = await request.json();
    if (!mode) return Response.json((await fill(env, count)) ?? known.length);
    seed = number; // the same queries in every mode
    let matches;
    for (let i = 0; i < count; i++) matches = await search(env, mode, vector());
    return Response.json(matches.map(({ id, score }) => [id, score]));
  },
};
