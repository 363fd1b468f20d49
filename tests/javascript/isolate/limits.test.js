// @ts-check
/** Limits of JSON: nesting and values. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_DEPTH, MAX_KEYS, MAX_VALUES, excess, measure } from "../../../src/bindings/isolate/limits.js";
import { bytes } from "../samples.js";

/** @param {string} value @param {number} count */
function list(value, count) {
  return bytes(`[${new Array(count).fill(value)}]`);
}

test("arrays, objects and the commas between values are counted", () => {
  for (const value of ["1", '"a"', "true", " null "]) {
    assert.equal(excess(list(value, MAX_VALUES)), "");
    assert.equal(excess(list(value, MAX_VALUES + 1)), "too_many_values");
  }
  assert.equal(excess(list("[]", MAX_VALUES / 2)), "");
  for (const value of ["[]", "{}", '{"a":1}']) {
    assert.equal(excess(list(value, MAX_VALUES / 2 + 1)), "too_many_values");
  }
});

/** @param {number} count */
const keys = (count) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`)}}`;

test("a key counts as well, because Python may have to name it", () => {
  assert.equal(excess(list(keys(1000), 33)), "");
  assert.equal(excess(list(keys(1000), 50)), "too_many_values");
});

test("an object has a limited number of keys, because they may have the same hash", () => {
  assert.equal(excess(bytes(keys(MAX_KEYS))), "");
  assert.equal(excess(bytes(keys(MAX_KEYS + 1))), "too_many_values");
  assert.equal(excess(bytes(`{"a":[${keys(MAX_KEYS)},${keys(MAX_KEYS)}],"b":${keys(MAX_KEYS)}}`)), "");
  assert.equal(excess(bytes(`[{"a":${keys(MAX_KEYS + 1)}}]`)), "too_many_values");
  assert.equal(excess(bytes(`]]]${'"a":'.repeat(9)}`)), "");
  assert.equal(excess(bytes(keys(MAX_KEYS + 1)), Infinity), ""); // of an answer of the index
});

test("without commas, only arrays and objects are counted", () => {
  assert.equal(excess(list("1", MAX_VALUES * 2), MAX_VALUES, false), "");
  assert.equal(excess(list("{}", MAX_VALUES), MAX_VALUES, false), "too_many_values");
});

test("the number of values tells how much memory they take", () => {
  assert.deepEqual(measure(bytes('{"a":[1,2,[]]}')), { fault: "", values: 6 });
  assert.deepEqual(measure(bytes('{"a":[1,2,[]]}'), MAX_VALUES, false), { fault: "", values: 3 });
});

test("numbers that take Python long count for more values", () => {
  for (const value of ["1e308", "4.9406564584124654e-324", "1E+00308", "-1e-100", "1".repeat(90), `0.${"0".repeat(90)}1`]) {
    assert.equal(excess(list(value, MAX_VALUES / 50)), "too_many_values", value);
    assert.equal(excess(list(value, MAX_VALUES / 100)), "");
    assert.equal(excess(list(value, MAX_VALUES / 50), MAX_VALUES, false), "");
    assert.equal(excess(list(`"${value}"`, MAX_VALUES)), "");
  }
  assert.equal(excess(list("1e23", MAX_VALUES / 8)), "too_many_values");
  for (const value of ["-1.7976931348623157e+22", "1e-22", "0.012345678901234567", "1234567890123456789012345", "true", "false"]) {
    assert.equal(excess(list(value, MAX_VALUES)), "", value);
  }
  for (const value of ["9007199254740993.00001", "0.10000000000000000555", "9007199254740993.00001e-22", "900719925474099300001e1"]) {
    assert.equal(excess(list(value, MAX_VALUES / 4)), "too_many_values", value);
    assert.equal(excess(list(value, MAX_VALUES / 5)), "", value);
  }
  assert.equal(excess(bytes("1e")), "");
  assert.equal(excess(bytes("[1e+]")), "");
});

test("strings are skipped, with their escapes, and also one that does not end", () => {
  const odd = '\\"[{,\\\\';
  for (const end of ['"]', '"', "", "\\"]) assert.equal(excess(bytes(`["${odd.repeat(MAX_VALUES)}${end}`)), "");
  assert.equal(excess(bytes('["\\\\",' + "[".repeat(MAX_DEPTH))), "too_deep");
});

test("nesting is limited", () => {
  assert.equal(excess(bytes("[".repeat(MAX_DEPTH) + "]".repeat(MAX_DEPTH))), "");
  assert.equal(excess(bytes('{"a":'.repeat(MAX_DEPTH + 1)), Infinity), "too_deep");
});
