// @ts-check
/**
 * Stands before the Workers of `make dev`, and rejects every name that is not this machine's. A web page can make the
 * browser resolve the page's own name to 127.0.0.1 (DNS rebinding), and would then read and write what is stored here.
 */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

export default {
  /** @param {Request} request @param {{ NEXT: Fetcher }} env */
  async fetch(request, { NEXT }) {
    const { hostname, pathname } = new URL(request.url);
    const foreign = [hostname, nameOf(request.headers.get("host"))].find((name) => !LOOPBACK.includes(name));
    if (foreign !== undefined) return rejected(request, pathname, `The host ${foreign.slice(0, 100)} is not this machine`);
    if (hidesItsName(request)) return rejected(request, pathname, "A browser sent this for another host (it has no Sec-Fetch-Site)");
    return NEXT.fetch(request);
  },
};

/**
 * wrangler replaces URL and Host by what its header MF-Original-URL says, and removes it. But a browser sends Sec-Fetch-*
 * to this machine's names and not to other names without TLS (W3C, Fetch Metadata, section 2), and a script can't set them.
 * Other programs name a language or a browser, too, but send no Origin, which a browser does unless it only reads
 * (WHATWG, Fetch, "append a request Origin header").
 * @param {Request} request
 */
function hidesItsName({ headers, method }) {
  const browser = headers.has("accept-language") || (headers.get("user-agent") ?? "").startsWith("Mozilla/");
  const reads = method === "GET" || method === "HEAD";
  return browser && (reads || headers.has("origin")) && !headers.has("sec-fetch-site") && !headers.has("sec-fetch-mode");
}

/** @param {string | null} host */
function nameOf(host) {
  return (host ?? "").replace(/:\d*$/, "").toLowerCase();
}

/** @type {(request: Request, path: string, why: string) => Response} */
function rejected({ method }, path, why) {
  const code = "origin_not_allowed";
  const id = crypto.randomUUID();
  const message = `${why}; use one of ${LOOPBACK.join(", ")}.`;
  console.log(JSON.stringify({ request_id: id, method, path: path.slice(0, 200), status: 403, code, total_ms: 0 }));
  const error = { message, type: "invalid_request_error", param: "host", code };
  return Response.json({ error }, { status: 403, headers: { "x-request-id": id, "cache-control": "no-store" } });
}
