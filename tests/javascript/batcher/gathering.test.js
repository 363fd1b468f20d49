// @ts-check
/** Texts of concurrent requests share calls of the model: order, limits, deadlines, aborts, fairness, faults. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { Gathering, MAX_CHARS, MAX_TEXTS, MAX_WAITING } from "../../../src/bindings/batcher/gathering.js";
import { random } from "../samples.js";

/** @typedef {import("../../../src/bindings/batcher/places.js").Outcome} Outcome */
/** @typedef {{ texts: string[], lane: string, labels: string[], rejectIfBusy: boolean, signal: AbortSignal, end(outcome?: Outcome): void }} Sent */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The row of a text names it, so that a wrong row shows. @param {string} text */
const rowOf = (text) => encoder.encode(`[${text}]`);

/** @param {string[]} texts @returns {Outcome} */
const rowsOf = (texts) => ({ rows: texts.map(rowOf) });

/** A model that answers when the test says so. @param {{ calls?: number, cacheBytes?: number }} [options] */
function start({ calls = 1, cacheBytes = 0 } = {}) {
  const clock = { now: 0 };
  /** @type {Sent[]} calls in flight */
  const sent = [];
  /** @type {import("../../../src/bindings/batcher/gathering.js").Parts} */
  const parts = {
    call: (texts, lane, labels, rejectIfBusy, signal) =>
      new Promise((resolve) => {
        const call = { texts, lane, labels, rejectIfBusy, signal, end };
        /** @param {Outcome} [outcome] */
        function end(outcome = rowsOf(texts)) {
          if (sent.includes(call)) sent.splice(sent.indexOf(call), 1);
          resolve(outcome);
        }
        signal.addEventListener("abort", () => end({ fault: "broken" }));
        sent.push(call);
      }),
    sleep: async () => {},
    now: () => clock.now,
    calls,
    cacheBytes,
  };
  const gathering = new Gathering(parts);
  /** @param {string[]} texts @param {{ lane?: string, label?: string, ends?: number, alone?: boolean }} [options] */
  const ask = (texts, { lane = "", label = "", ends = 1e9, alone = false } = {}) =>
    gathering.join({ texts, lane, label, ends, alone });
  return { gathering, clock, sent, ask };
}

/** @param {import("../../../src/bindings/batcher/places.js").Ticket} ticket */
async function answer(ticket) {
  const { rows, fault } = await ticket.outcome;
  return rows ? rows.map((row) => decoder.decode(row)) : fault;
}

test("a text that finds a free call is sent at once; what arrives meanwhile shares the next call, in order", async () => {
  const { sent, ask } = start();
  const first = ask(["a"]);
  assert.deepEqual(sent.map(({ texts }) => texts), [["a"]]);
  const others = [ask(["b", "c"]), ask(["d"]), ask(["b"])];
  assert.equal(sent.length, 1);
  sent[0].end();
  assert.deepEqual(await answer(first), ["[a]"]);
  await setImmediate();
  assert.deepEqual(sent.map(({ texts }) => texts), [["b", "c", "d"]]);
  sent[0].end();
  assert.deepEqual(await Promise.all(others.map(answer)), [["[b]", "[c]"], ["[d]"], ["[b]"]]);
});

test("a text that is in flight is not sent again, and one text of a request may occur twice", async () => {
  const { sent, ask } = start();
  const first = ask(["a", "b", "a"]);
  const second = ask(["a"]);
  assert.deepEqual(sent.map(({ texts }) => texts), [["a", "b"]]);
  sent[0].end();
  assert.deepEqual([await answer(first), await answer(second)], [["[a]", "[b]", "[a]"], ["[a]"]]);
  assert.equal(sent.length, 0);
});

test("a call has at most 100 texts and a limit of characters; one longer text is sent by itself", async () => {
  const { gathering, sent, ask } = start();
  ask(["first"]);
  for (let i = 0; i < MAX_TEXTS + 5; i++) ask([`${i}`]);
  const long = "x".repeat(MAX_CHARS + 1);
  ask([long]);
  ask(["y"]);
  const sizes = [];
  while (sent.length) {
    sizes.push(sent[0].texts.length);
    sent[0].end();
    await setImmediate();
  }
  assert.deepEqual(sizes, [1, MAX_TEXTS, 5, 1, 1]);
  assert.deepEqual([gathering.waiting, gathering.chars, gathering.places.size, gathering.lanes.size], [0, 0, 0, 0]);
});

test("requests with other options do not share a call, and the one that waited longest comes first", async () => {
  const { sent, ask } = start();
  ask(["first"]);
  ask(["a"], { lane: "one" });
  ask(["b"], { lane: "two" });
  ask(["c"], { lane: "one" });
  /** @type {string[]} */
  const order = [];
  while (sent.length) {
    order.push(`${sent[0].lane}:${sent[0].texts}`);
    sent[0].end();
    await setImmediate();
  }
  assert.deepEqual(order, [":first", "one:a,c", "two:b"]);
});

test("a call names the labels of its texts, each once", async () => {
  const { sent, ask } = start();
  ask(["first"], { label: "one" });
  for (const [text, label] of [["a", "one"], ["b", "two"], ["c", "one"]]) ask([text], { label });
  assert.deepEqual(sent[0].labels, ["one"]);
  sent[0].end();
  await setImmediate();
  assert.deepEqual(sent[0].labels, ["one", "two"]);
});

test("too many waiting texts are rejected at once; what is known needs no place", async () => {
  const { sent, ask } = start({ cacheBytes: 1e6 });
  const known = ask(["known"]);
  sent[0].end();
  await known.outcome;
  ask(["first"]);
  for (let i = 0; i < MAX_WAITING; i++) ask([`${i}`]);
  assert.equal(await answer(ask(["too much"])), "busy");
  assert.deepEqual(await answer(ask(["known"])), ["[known]"]);
  ask(["5"]); // has a place
  sent[0].end();
  await setImmediate();
  assert.equal(sent[0].texts.length, MAX_TEXTS);
  ask(["now there is room"]);
});

test("an aborted request takes its texts out, and a call that nobody needs is stopped", async () => {
  const { gathering, sent, ask } = start();
  const [first, waits, shares] = [ask(["a"]), ask(["b", "c"]), ask(["c"])];
  gathering.leave(waits);
  const { signal } = sent[0];
  gathering.leave(first);
  assert.ok(signal.aborted);
  await setImmediate();
  assert.deepEqual(sent.map(({ texts }) => texts), [["c"]]);
  const again = ask(["c"]);
  gathering.leave(shares);
  assert.ok(!sent[0].signal.aborted);
  sent[0].end();
  assert.deepEqual(await answer(again), ["[c]"]);
  assert.equal(gathering.places.size, 0);
});

test("an equal text does not join a call that was stopped", async () => {
  const { gathering, sent, ask } = start();
  gathering.leave(ask(["a"]));
  const again = ask(["a"]);
  await setImmediate();
  assert.equal(sent.length, 1);
  sent[0].end();
  assert.deepEqual(await answer(again), ["[a]"]);
});

test("what waits longer than its deadline is not sent", async () => {
  const { clock, sent, ask } = start();
  ask(["first"]);
  const [late, alive] = [ask(["a", "b"], { ends: 10 }), ask(["b"], { ends: 30 })];
  clock.now = 20;
  sent[0].end();
  assert.equal(await answer(late), "timeout");
  await setImmediate();
  assert.deepEqual(sent.map(({ texts }) => texts), [["b"]]);
  sent[0].end();
  assert.deepEqual(await answer(alive), ["[b]"]);
});

test("a fault that one text may cause reaches only the requests with that text", async () => {
  const { gathering, sent, ask } = start();
  ask(["first"]);
  const tickets = Array.from({ length: 50 }, (_, i) => ask([`${i}`, `bad ${i % 25 === 7 ? i : "none"}`]));
  let calls = 0;
  while (sent.length) {
    calls++;
    const bad = sent[0].texts.some((text) => text === "bad 7" || text === "bad 32");
    sent[0].end(bad ? { fault: "http", remedy: "halve", status: 400 } : undefined);
    await setImmediate();
  }
  const faults = (await Promise.all(tickets.map(answer))).map((found, i) => (found === "http" ? i : -1));
  assert.deepEqual(faults.filter((i) => i >= 0), [7, 32]);
  assert.ok(calls < 32, `${calls} calls`);
  assert.equal(gathering.places.size, 0);
});

test("a text that leaves while its half waits can be asked for again", async () => {
  const { gathering, sent, ask } = start();
  ask(["first"]);
  const [one, two] = [ask(["a"]), ask(["b"])];
  sent[0].end();
  await setImmediate();
  sent[0].end({ fault: "http", remedy: "halve" });
  await setImmediate();
  assert.deepEqual(sent[0].texts, ["a"]);
  gathering.leave(two);
  sent[0].end();
  assert.deepEqual(await answer(one), ["[a]"]);
  await setImmediate();
  const again = ask(["b"]);
  assert.deepEqual(sent[0].texts, ["b"]);
  sent[0].end();
  assert.deepEqual(await answer(again), ["[b]"]);
});

test("a busy model is called once more for all, and then waits for capacity", async () => {
  const { sent, ask } = start();
  const tickets = [ask(["a"]), ask(["a"])];
  assert.equal(sent[0].rejectIfBusy, true);
  sent[0].end({ fault: "http", remedy: "again" });
  await setImmediate();
  assert.equal(sent[0].rejectIfBusy, false);
  sent[0].end({ fault: "http", remedy: "again" });
  assert.deepEqual(await Promise.all(tickets.map(answer)), ["http", "http"]);
  assert.equal(sent.length, 0);
});

test("the cache answers with the same row, and a request that is alone neither reads nor fills it", async () => {
  const { sent, ask } = start({ cacheBytes: 1e6 });
  const alone = ask(["a"], { alone: true });
  const shared = ask(["a"]);
  sent[0].end();
  await setImmediate();
  assert.deepEqual(sent[0].texts, ["a"]); // it did not join the call of the one that is alone
  sent[0].end();
  assert.deepEqual([await answer(alone), await answer(shared)], [["[a]"], ["[a]"]]);
  const again = ask(["a", "b"]);
  assert.deepEqual(sent[0].texts, ["b"]);
  sent[0].end();
  assert.deepEqual([await answer(again), again.cached], [["[a]", "[b]"], 1]);
  await setImmediate();
  ask(["a"], { alone: true });
  assert.deepEqual(sent[0].texts, ["a"]);
});

test("a request with one text is not kept waiting by those with eight", async () => {
  const { sent, ask } = start();
  ask(["first"]);
  for (let i = 0; i < 12; i++) ask(Array.from({ length: 8 }, (_, k) => `${i} ${k}`));
  ask(["one"]);
  for (let i = 12; i < 100; i++) ask(Array.from({ length: 8 }, (_, k) => `${i} ${k}`));
  sent[0].end();
  await setImmediate();
  assert.ok(sent[0].texts.includes("one"));
});

/** One random run: requests arrive, leave and expire while calls end in any order, with faults. @param {number} seed */
async function run(seed) {
  const next = random(seed);
  const calls = 1 + Math.floor(next() * 4);
  const { gathering, clock, sent, ask } = start({ calls, cacheBytes: next() < 0.5 ? 3_000 : 0 });
  /** @type {{ texts: string[], ends: number, gone: boolean, ticket: import("../../../src/bindings/batcher/places.js").Ticket }[]} */
  const asked = [];
  /** @param {string} text */
  const isBad = (text) => text.endsWith("!");
  function step() {
    const dice = next();
    if (dice < 0.5) {
      const texts = Array.from({ length: 1 + Math.floor(next() * 8) }, () => `${Math.floor(next() * 60)}${next() < 0.02 ? "!" : ""}`);
      const ends = clock.now + (next() < 0.1 ? 5 : 1e6);
      const options = { ends, alone: next() < 0.2, lane: next() < 0.2 ? "other" : "" };
      asked.push({ texts, ends, gone: false, ticket: ask(texts, options) });
    } else if (dice < 0.55 && asked.length) {
      const one = asked[Math.floor(next() * asked.length)];
      one.gone = true;
      gathering.leave(one.ticket);
    } else if (sent.length) {
      end(sent[Math.floor(next() * sent.length)]);
    }
    clock.now++;
  }
  /** @param {Sent} call */
  function end(call) {
    assert.ok(call.texts.length <= MAX_TEXTS && new Set(call.texts).size <= call.texts.length);
    if (next() < 0.05) call.end({ fault: "broken" });
    else call.end(call.texts.some(isBad) ? { fault: "http", remedy: "halve" } : undefined);
  }
  for (let i = 0; i < 300; i++) {
    step();
    assert.ok(sent.length <= calls);
    await setImmediate();
  }
  while (sent.length) {
    end(sent[0]);
    await setImmediate();
  }
  for (const { texts, ends, gone, ticket } of asked.filter(({ gone }) => !gone)) {
    const found = await answer(ticket);
    if (found === "http") assert.ok(texts.some(isBad));
    else if (found === "timeout") assert.ok(ends <= clock.now);
    else if (found !== "broken") assert.deepEqual(found, texts.map((text) => `[${text}]`));
  }
  assert.deepEqual([gathering.waiting, gathering.chars, gathering.places.size, gathering.lanes.size], [0, 0, 0, 0]);
  assert.equal(gathering.running, 0);
}

test("in any order of events, every request gets its own rows or a fault of its own, and nothing is kept", async () => {
  for (let seed = 1; seed <= 60; seed++) await run(seed);
});
