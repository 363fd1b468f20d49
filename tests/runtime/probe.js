/** Calls a method of the Worker by RPC, and returns the result as JSON. */
const ODD = {
  undefined: () => undefined,
  date: () => new Date(0),
  bytes: () => new Uint8Array([1, 2, 3]),
  map: () => new Map([["a", 1]]),
  callback: () => () => "called",
  surrogate: () => "\ud800",
  nan: () => NaN,
  nested: ({ depth }) => {
    let value = [];
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  },
  cyclic: () => {
    const value = {};
    value.self = value;
    return value;
  },
  cyclicArray: () => {
    const value = [];
    value.push(value);
    return value;
  },
  invalidDate: () => new Date(NaN),
  mapWithObjectKeys: () => new Map([[{ a: 1 }, 1]]),
  constructorKey: () => ({ constructor: { name: "Date" } }),
  holes: ({ length }) => new Array(length),
  bigint: () => 10n,
  repeated: ({ text, count }) => text.repeat(count),
  many: ({ count }) => Array.from({ length: count }, () => ({})),
  response: () => new Response("x"),
  references: () => {
    let value = ["a"];
    for (let i = 0; i < 40; i++) value = [value, value];
    return value;
  },
};

function revive(value) {
  if (value && typeof value === "object" && value.odd) return ODD[value.odd](value);
  if (Array.isArray(value)) return value.map(revive);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v)]));
  return value;
}

async function describe(answer) {
  if (answer?.data instanceof Float32Array) return { ...answer, data: [...answer.data], kind: "Float32Array" };
  if (answer?.response instanceof Response) {
    const { status, headers } = answer.response;
    return { ...answer, response: await answer.response.json(), status, type: headers.get("content-type"), kind: "Response" };
  }
  return answer;
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("ready");
    const { method, args } = await request.json();
    try {
      return Response.json({ answer: await describe(await env.EMBEDDINGS[method](...args.flatMap((given) => (given?.odd === "many" ? revive(given) : [revive(given)])))) });
    } catch (error) {
      return Response.json({ thrown: String(error) });
    }
  },
};
