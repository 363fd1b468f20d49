import assert from "node:assert/strict";
import { test } from "node:test";

import { Line } from "../../../src/bindings/isolate/line.js";

const request = (caller, over = false) => ({ caller, isOver: () => over });
const next = (line) => [...line.waiting.keys()].filter((scope) => line.isNext(scope));

/** Serves all that wait, and returns their callers in order. */
function served(line) {
  const order = [];
  for (let [first] = next(line); first; [first] = next(line)) {
    line.remove(first, true);
    order.push(first.caller);
  }
  return order.join("");
}

test("exactly one of those that wait is next, and one that does not wait is not", () => {
  const line = new Line();
  const all = ["a", "a", "b", undefined].map((caller) => request(caller));
  for (const scope of all) assert.equal(line.add(scope), true);
  assert.deepEqual(next(line), [all[0]]);
  line.remove(all[0], false);
  assert.equal(line.isNext(all[0]), false);
});

test("callers take turns, whatever number of requests each has, and a late one is not behind all others", () => {
  const line = new Line();
  for (const caller of "aaaabb") line.add(request(caller));
  const [first] = next(line);
  line.remove(first, true);
  line.add(request("c"));
  assert.equal(served(line), "babcaa");
});

test("a caller whose share is used up lets others pass", () => {
  const line = new Line();
  const [large, other] = [request("a"), request("b")];
  line.add(large);
  line.add(other);
  line.mark(large, true);
  assert.deepEqual(next(line), [large, other]);
});

test("in a full line, the caller with the most places loses its last one, unless another would then have as many", () => {
  const line = new Line();
  const greedy = Array.from({ length: 100 }, () => request("greedy"));
  for (const scope of greedy) line.add(scope);
  assert.equal(line.add(request("greedy")), false);
  for (let count = 1; count <= 50; count++) assert.equal(line.add(request("modest")), true);
  assert.equal(line.add(request("modest")), false);
  assert.equal(line.size, 100);
  assert.equal(line.has(greedy[99]), false);
  assert.equal(line.has(greedy[0]), true);
});

test("requests that are over leave the line", () => {
  const line = new Line();
  line.add(request("a", true));
  line.add(request("a"));
  line.sweep();
  assert.equal(line.size, 1);
});
