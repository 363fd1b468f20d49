// The clock of `python -m benchmarks.steps`, around functions of src/bindings/. One request is measured at a time, so
// there is one current step, and the time until the next one belongs to it. The clock has milliseconds; the mean of many
// requests that begin at random times is finer.
let current = "";
let at = 0;
let spent = {};
const requests = [];

/** Begins another step, and returns the one before. */
function enter(step) {
  const now = Date.now();
  spent[current] = (spent[current] ?? 0) + now - at;
  at = now;
  const before = current;
  current = step;
  return before;
}

/** Begins a request. */
function begin() {
  spent = {};
  requests.push(spent);
  current = "";
  at = Date.now();
}

/** Returns the milliseconds of each step of all requests as JSON, and forgets them. */
export function take() {
  return JSON.stringify(requests.splice(0));
}

const timed = (step, work) =>
  function (...given) {
    const before = enter(step);
    try {
      return work.apply(this, given);
    } finally {
      enter(before);
    }
  };

const timedAsync = (step, work) =>
  async function (...given) {
    const before = enter(step);
    try {
      return await work.apply(this, given);
    } finally {
      enter(before);
    }
  };

/** For what Python awaits: what Python does until it waits, and after the result, is the event loop. */
const awaited = (step, work) =>
  async function (...given) {
    enter(step);
    const promise = work.apply(this, given);
    const going = enter("event loop");
    queueMicrotask(() => enter(going));
    try {
      return await promise;
    } finally {
      enter("event loop");
    }
  };

/** The binding `AI`, with the time until its response. */
const clocked = (ai) => ({ run: timedAsync("upstream", (...given) => ai.run(...given)) });

for (const name of ["parse", "stringify"]) {
  const plain = JSON[name];
  const clock = timed("json", plain);
  JSON[name] = (...given) => (["ask", "upstream"].includes(current) ? clock(...given) : plain(...given));
}

const AROUND = {
  open: (open) => (...given) => (begin(), open(...given)),
  readBody: (readBody) => awaited("body", readBody),
  excess: (excess) => timed("limits", excess),
  textBytes: (textBytes) => timed("limits", textBytes),
  MemoryPool: (MemoryPool) => {
    MemoryPool.prototype.reserve = timedAsync("memory", MemoryPool.prototype.reserve);
    return MemoryPool;
  },
  ask: (ask) => awaited("ask", (scope, ai, ...given) => ask(scope, clocked(ai), ...given)),
  bytesOf: (bytesOf) => timedAsync("bytes", bytesOf),
  readAnswer: (readAnswer) => timed("check", readAnswer),
};

/** Returns an export of a module with the clock around it. */
export function around(name, work) {
  return AROUND[name](work);
}
