/** The API reference: Scalar's viewer with the document of this service. It asks no other host for anything. */
import { key } from "../service/key.js";
import { correct } from "./correct.js";
import { ordered } from "./order.js";

// Samples in Python, JavaScript and curl, each with the library that most programs use.
const HIDDEN = {
  ...Object.fromEntries(
    ["c", "csharp", "clojure", "dart", "fsharp", "go", "http", "java", "julia", "kotlin", "node", "objc", "ocaml", "php", "powershell", "r", "ruby", "rust", "swift"]
      .map((name) => [name, true]),
  ),
  js: ["axios", "ofetch", "jquery", "xhr"],
  python: ["python3", "httpx_sync", "httpx_async", "aiohttp"],
  shell: ["httpie", "wget"],
};
// The viewer's grey and its colours of methods have too little contrast for small text. Source: WCAG 2.2, 1.4.3
const STYLE = `
:root { --scalar-custom-header-height: 48px; --scalar-font: system-ui, sans-serif; --scalar-font-code: ui-monospace, monospace; }
.light-mode { --scalar-color-2: #4d4d4d; --scalar-color-3: #5c5c5c; --scalar-color-green: #05603e; --scalar-color-blue: #00558f; --scalar-color-orange: #9a3a00; --scalar-color-red: #b30005; --scalar-color-purple: #5203d1; --scalar-color-accent: #0b5cad; --scalar-link-color: #0b5cad; --scalar-color-query: #00565a; }
.dark-mode { --scalar-color-2: #c4c4c4; --scalar-color-3: #b0b0b0; --scalar-color-red: #ff8d86; --scalar-color-blue: #7cc5f2; --scalar-color-accent: #86c0f5; --scalar-link-color: #86c0f5; }
`;

/** @typedef {{createApiReference: (selector: string, configuration: object) => void}} Viewer */

async function start() {
  correct();
  const document = ordered(await (await fetch("/openapi.json")).json());
  document.info.description = document.info.description.replaceAll("ADDRESS", location.origin);
  const viewer = /** @type {Viewer} */ (/** @type {any} */ (globalThis).Scalar);
  viewer.createApiReference("#reference", {
    title: "embedder",
    slug: "api",
    content: document,
    agent: { disabled: true },
    authentication: { preferredSecurityScheme: "key", securitySchemes: { key: { token: key() } } },
    customCss: STYLE,
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    documentDownloadType: "none",
    hiddenClients: HIDDEN,
    hideClientButton: true,
    mcp: { disabled: true },
    servers: [{ url: location.origin, description: "This service" }],
    showDeveloperTools: "never",
    telemetry: false,
    withDefaultFonts: false,
  });
}

void start();
