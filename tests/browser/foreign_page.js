// What a page of another origin does with unmodified SDKs. tests/browser/test_foreign_page.py bundles this file.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import OpenAI from "openai";

const MODEL = "embeddinggemma-300m:search_query";
const openai = (url, key) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: key, dangerouslyAllowBrowser: true, maxRetries: 0 });

const CALLS = {
  async openai(url, key) {
    const { data, response } = await openai(url, key).embeddings.create({ model: MODEL, input: ["a", "b"] }).withResponse();
    return [data.data.length, data.data[0].embedding.length, response.headers.get("x-embedding-task")];
  },
  async large(url, key) {
    const input = Array.from({ length: 101 }, (_, number) => `text ${number}`);
    return (await openai(url, key).embeddings.create({ model: MODEL, input, encoding_format: "float" })).data.length;
  },
  async rejected(url) {
    const error = await openai(url, "wrong").embeddings.create({ model: MODEL, input: "a" }).catch((failure) => failure);
    return [error.status, error.code, Boolean(error.headers.get("x-request-id"))];
  },
  async mcp(url, key) {
    const client = new Client({ name: "test", version: "1" });
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
    const { tools } = await client.listTools();
    const answer = await client.callTool({ name: "compare", arguments: { texts: ["a", "a"] } });
    await client.close();
    return [tools.map(({ name }) => name), JSON.parse(answer.content[0].text)];
  },
};

/** Calls one of them, and hands over what it returns, or its error. */
globalThis.call = (name, url, key, done) => CALLS[name](url, key).then(done, (error) => done(`failed: ${error}`));
