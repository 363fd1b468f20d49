/** The reference: Swagger UI for /openapi.json. It uses the key of this tab, if there is one. */
import { key } from "/js/key.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
show();
dark.addEventListener("change", show);

const viewer = /** @type {any} */ (globalThis).SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // no requests to other hosts
  onComplete: () => key() && viewer.preauthorizeApiKey("key", key()),
});
