import assert from "node:assert/strict";
import test from "node:test";
import gate from "../../tools/dev/gate.js";

const NEXT = { fetch: async () => new Response("passed") };
console.log = () => {};

/** @param {string} url @param {string} [host] */
function ask(url, host = new URL(url).host) {
  return gate.fetch(new Request(url, { headers: { host } }), { NEXT });
}

test("the gate lets names of this machine pass", async () => {
  for (const host of ["localhost", "localhost:8787", "127.0.0.1:8787", "[::1]:8787", "LOCALHOST"]) {
    assert.equal((await ask(`http://${host}/embed`)).status, 200);
  }
});

test("the gate rejects all others, in the URL and in the header", async () => {
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "[::2]:80", "0.0.0.0"]) {
    const answer = await ask(`http://${host}/embed`);
    assert.equal(answer.status, 403);
    assert.equal((await answer.json()).error.code, "origin_not_allowed");
    assert.equal((await ask("http://localhost/", host)).status, 403);
  }
});

test("the gate rejects a browser whose request was for another name, whatever wrangler made of it", async () => {
  const browser = { host: "localhost", "user-agent": "Mozilla/5.0", "accept-language": "en" };
  /** @param {Record<string, string>} headers */
  const status = async (headers) => (await gate.fetch(new Request("http://localhost/vectors", { headers }), { NEXT })).status;
  assert.equal(await status(browser), 403);
  assert.equal(await status({ ...browser, "user-agent": "any" }), 403);
  assert.equal(await status({ host: "localhost", "user-agent": "Mozilla/5.0" }), 403);
  assert.equal(await status({ ...browser, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }), 200);
  assert.equal(await status({ host: "localhost", "user-agent": "node", "accept-language": "*", "sec-fetch-mode": "cors" }), 200);
  assert.equal(await status({ host: "localhost", "user-agent": "curl/8" }), 200);
});

test("the gate lets programs write that name a browser or a language, as LightRAG and PowerShell, Swift and Deno do", async () => {
  /** @param {string} method @param {Record<string, string>} more */
  const status = async (method, more) => {
    const headers = { host: "localhost", ...more };
    return (await gate.fetch(new Request("http://localhost/v1/embeddings", { method, headers }), { NEXT })).status;
  };
  for (const kind of [{ "user-agent": "Mozilla/5.0 LightRAG/1.5" }, { "user-agent": "App/1 CFNetwork/1", "accept-language": "en" }]) {
    assert.equal(await status("POST", kind), 200);
    for (const origin of ["http://evil.example", "null"]) assert.equal(await status("PUT", { ...kind, origin }), 403);
    for (const method of ["GET", "HEAD"]) assert.equal(await status(method, kind), 403);
  }
});
