// @ts-check
/** Bodies are read into one buffer, within a limit, and not slower than the minimal rate. */
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { readBytes } from "../../../src/bindings/requests/bodies.js";
import { textBytes } from "../../../src/bindings/isolate/limits.js";
import { open } from "../../../src/bindings/requests/request.js";

/** @typedef {import("../../../src/bindings/requests/request.js").Scope} Scope */

const LIMIT = 1_000_000;
/** @type {Scope[]} */
const opened = [];

/** Reads a body that arrives in chunks. @param {number[]} sizes @param {string} [length] @param {boolean} [ends] */
async function read(sizes, length, ends = true) {
  const left = [...sizes];
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      const size = left.shift();
      if (size !== undefined) return controller.enqueue(new Uint8Array(size).fill(97));
      if (!ends) return new Promise(() => {});
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
  const headers = new Headers(length === undefined ? {} : { "content-length": length });
  const request = /** @type {any} */ ({ body, headers, signal: new AbortController().signal });
  const scope = open(10_000, request);
  opened.push(scope);
  const found = await readBytes(scope, LIMIT);
  scope.close();
  if (typeof found === "string") return found;
  assert.ok(found.every((byte) => byte === 97));
  return found.length;
}

afterEach(() => {
  for (const scope of opened.splice(0)) scope.close();
});

test("bodies of any length, with any content length, are read whole", async () => {
  for (const size of [1, 1000, 65_535, 65_536, 65_537, 200_000, LIMIT]) {
    const chunks = [Math.ceil(size / 3), Math.floor(size / 3), size - Math.ceil(size / 3) - Math.floor(size / 3)];
    for (const length of [undefined, `${size}`, "0", "", "-5", "abc", `${size + 10}`]) {
      if (Number(length) > LIMIT) continue;
      assert.equal(await read(chunks.filter(Boolean), length), size, `${size} bytes, content-length ${length}`);
    }
  }
  assert.equal(await read([7, 100_000, 400_000], "10"), 500_007);
  assert.equal(await read([70_000, 100_000, 400_000], "80000"), 570_000);
});

test("a body over the limit is read to its end, at most four times the limit, and dropped", async () => {
  assert.equal(await read([LIMIT, 1]), "too_large");
  assert.equal(await read([LIMIT, 1], "10"), "too_large");
  assert.equal(await read(new Array(50).fill(LIMIT), undefined, false), "too_large");
});

test("a client that stops in the middle of its body is too slow", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  try {
    const reading = read([1000], "2000", false);
    for (let i = 0; i < 10; i++) {
      await Promise.resolve();
      mock.timers.tick(500);
    }
    assert.equal(await Promise.race([reading, setImmediate("still reading")]), "slow");
  } finally {
    mock.timers.reset();
  }
});

test("the texts of a body need as many bytes per character as the widest character", () => {
  /** @param {string} text */
  const needed = (text) => textBytes(new TextEncoder().encode(text));
  assert.equal(needed("abc"), 3);
  assert.equal(needed("äbc"), 3);
  assert.equal(needed("中bc"), 6);
  assert.equal(needed("😀bc"), 12);
  assert.equal(needed("中😀"), 8);
  assert.ok(needed('"\\u4e2dbc"') >= 6 && needed('"\\ud83d\\ude00bc"') >= 12);
});
