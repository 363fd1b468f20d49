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
    // wrangler replaces both if its header MF-Original-URL says so, and removes it: nothing here tells such a request
    // from another one. A page that sends it has an Origin, except with GET.
    const foreign = [hostname, nameOf(request.headers.get("host"))].find((name) => !LOOPBACK.includes(name));
    return foreign === undefined ? NEXT.fetch(request) : rejected(request.method, pathname, foreign);
  },
};

/** @param {string | null} host */
function nameOf(host) {
  return (host ?? "").replace(/:\d*$/, "").toLowerCase();
}

/** @type {(method: string, path: string, host: string) => Response} */
function rejected(method, path, host) {
  const code = "origin_not_allowed";
  const id = crypto.randomUUID();
  const message = `The host ${host.slice(0, 100)} is not this machine; use one of ${LOOPBACK.join(", ")}.`;
  console.log(JSON.stringify({ request_id: id, method, path: path.slice(0, 200), status: 403, code, total_ms: 0 }));
  const error = { message, type: "invalid_request_error", param: "host", code };
  return Response.json({ error }, { status: 403, headers: { "x-request-id": id, "cache-control": "no-store" } });
}
