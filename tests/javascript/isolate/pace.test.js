// @ts-check
/** The pace of a client, with a clock of its own. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Pace } from "../../../src/bindings/isolate/pace.js";

/** Runs with a clock that the test moves. @param {(tick: (ms: number) => void) => void} body */
function clocked(body) {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    body((ms) => { for (let left = ms; left > 0; left -= 500) mock.timers.tick(Math.min(500, left)); });
  } finally {
    mock.timers.reset();
  }
}

test("a client that does nothing is too slow after the grace period, and is told once", () => clocked((tick) => {
  const tooSlow = mock.fn();
  const pace = new Pace(3_000, () => 1, tooSlow);
  tick(3_000);
  assert.deepEqual([tooSlow.mock.callCount(), pace.isOver()], [0, false]);
  tick(20_000);
  assert.deepEqual([tooSlow.mock.callCount(), pace.isOver()], [1, true]);
}));

test("bytes earn time at the rate of the moment", () => clocked((tick) => {
  let rate = 1;
  const pace = new Pace(1_000, () => rate, () => {});
  pace.bytes = 5_000;
  tick(5_500);
  assert.equal(pace.isSlow(), false);
  rate = 2;
  assert.equal(pace.isSlow(), true);
  pace.end();
}));

test("a pause does not count", () => clocked((tick) => {
  const pace = new Pace(1_000, () => 1, () => assert.fail("too slow"));
  pace.paused = true;
  tick(9_000);
  pace.paused = false;
  tick(1_000);
  pace.end();
}));

test("the time in which the isolate was busy counts as one second at most", () => clocked(() => {
  const pace = new Pace(1_500, () => 1, () => assert.fail("too slow"));
  mock.timers.setTime(Date.now() + 8_000);
  pace.tick();
  assert.equal(pace.spent, 1_000);
  pace.end();
}));

test("a request without ticks was dropped", () => clocked((tick) => {
  const pace = new Pace(60_000, () => 1, () => {});
  clearTimeout(pace.timer);
  tick(10_000);
  assert.equal(pace.isOver(), false);
  tick(1);
  assert.equal(pace.isOver(), true);
}));

test("after its end nothing is told", () => clocked((tick) => {
  const pace = new Pace(0, () => 1, () => assert.fail("too slow"));
  pace.end();
  tick(5_000);
}));
