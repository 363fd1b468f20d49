/**
 * Plays the gathering of texts with virtual time: the same code as in the Durable Object, without a network or a model.
 * Prints one JSON object. See sharing.py for the options.
 */
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";

import { Gathering } from "../src/bindings/batcher/gathering.js";
import { shardOf } from "../src/bindings/batcher/shared.js";

const ROW = new Uint8Array(12_000); // a vector of the model as text
const number = (value) => ({ type: "string", default: `${value}` });
const { values } = parseArgs({
  options: {
    rate: number(400),
    "call-ms": number(50),
    shards: number(1),
    calls: number(2),
    "cache-bytes": number(0),
    queries: number(0),
    seconds: number(30),
  },
});
const option = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));

/** Numbers from 0 to 1, equal in every run (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws queries: of `count` different ones, the k-th most frequent with probability 1/k (Zipf); 0: each is new. */
function drawing(count, next) {
  let drawn = 0;
  if (!count) return () => `new ${drawn++}`;
  const sums = [];
  for (let k = 1, sum = 0; k <= count; k++) sums.push((sum += 1 / k));
  return () => {
    const at = next() * sums[count - 1];
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < at) low = middle + 1;
      else high = middle;
    }
    return `query ${low}`;
  };
}

class Play {
  constructor() {
    this.now = 0;
    this.events = []; // of calls in flight: [time, function]
    this.calls = 0;
    this.texts = 0;
    this.waits = [];
    this.busy = 0;
    this.shards = Array.from({ length: option.shards }, () => new Gathering(this.parts()));
  }

  parts() {
    const call = (texts) => {
      this.calls++;
      this.texts += texts.length;
      return new Promise((resolve) => {
        this.events.push([this.now + option["call-ms"], () => resolve({ rows: texts.map(() => ROW) })]);
      });
    };
    const { calls, "cache-bytes": cacheBytes } = option;
    return { call, sleep: async () => {}, now: () => this.now, calls, cacheBytes };
  }

  ask(text) {
    const began = this.now;
    const shard = this.shards[shardOf([text], this.shards.length)];
    const ticket = shard.join({ texts: [text], lane: "", ends: this.now + 25_000, alone: false });
    void ticket.outcome.then(({ fault }) => (fault ? this.busy++ : this.waits.push(this.now - began)));
  }

  /** Ends the calls that end until `time`. All take the same time, so that they end in order. */
  async until(time) {
    while (this.events.length && this.events[0][0] <= time) {
      const [at, end] = this.events.shift();
      this.now = at;
      end();
      await setImmediate();
    }
    this.now = time;
  }
}

const next = random(1);
const draw = drawing(option.queries, next);
const play = new Play();
for (let time = 0; time < option.seconds * 1000; time += (-Math.log(1 - next()) * 1000) / option.rate) {
  await play.until(time);
  play.ask(draw());
  await setImmediate();
}
await play.until(Infinity);
const waits = play.waits.sort((a, b) => a - b);
const share = (part) => waits[Math.floor((waits.length - 1) * part)];
console.log(
  JSON.stringify({
    answers_a_second: waits.length / option.seconds,
    rejected: play.busy,
    calls_a_second: play.calls / option.seconds,
    texts_a_call: play.texts / play.calls,
    calls_an_answer: play.calls / waits.length,
    p50_ms: share(0.5),
    p99_ms: share(0.99),
  }),
);
