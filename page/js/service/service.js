/** The facts of the service: what answers, whether it needs a key, and its index. */
import { ApiError, call } from "./api.js";
import { byId, counted } from "../dom.js";
import { key } from "./key.js";

const MODEL = "EmbeddingGemma-300M";
/** @type {Record<string, string>} */
const LOCAL = { emulator: "emulator", server: "a server on this machine (LOCAL_EMBEDDINGS_URL)" };

let source = "";

/** Returns what computes the vectors, or "" if it is not known yet. */
export function modelName() {
  return source;
}

/** Asks the service, and shows what it says. A problem is shown on the page. */
export async function show() {
  try {
    const { json } = await call("GET", "/health");
    source = LOCAL[json.model] ?? MODEL;
    byId("service-model").textContent = source;
    byId("service-warning").hidden = true;
    byId("service-key").textContent = json.auth === false ? "not needed" : key() ? "saved in this tab" : "needed";
    byId("service-index").textContent = json.auth === false || key() ? await index() : "shown with a key";
  } catch (error) {
    const reason = error instanceof ApiError ? error.message : String(error);
    ["service-model", "service-key", "service-index"].forEach((id) => (byId(id).textContent = "unknown"));
    byId("service-warning").hidden = false;
    byId("service-warning").textContent = reason;
  }
}

async function index() {
  try {
    const { json } = await call("GET", "/index");
    const fit = json.fits ? `fits (${json.dimensions} dimensions)` : `does not fit: ${json.dimensions} dimensions instead of ${json.model_dimensions}`;
    return `${counted(json.vector_count, "vector")}, ${fit}`;
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    return error.code === "vectorize_not_configured" ? "none" : error.code === "unauthorized" ? "the key was rejected" : `unknown (${error.code})`;
  }
}
