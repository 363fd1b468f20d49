/** Work in a module worker, so that the page responds meanwhile. */

// A worker's address must be a trusted one. Those of the page come from its own HTML.
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("worker", {
  createScriptURL: (/** @type {string} */ address) => address,
});

/** @typedef {{signal?: AbortSignal, part?: (value: any) => void}} Options `part` gets results that are sent ahead */
/** @typedef {{resolve: (value: any) => void, reject: (reason: unknown) => void, part: (value: any) => void}} Waiting */

/** A worker. It is started when it is first needed, and stopped when a question is cancelled. */
export class Background {
  /** @param {string} name of the attribute of the body that has its address */
  constructor(name) {
    this.name = name;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.last = 0;
  }

  /**
   * Calls a function of the worker. If `signal` is aborted, it rejects with its reason.
   *
   * @param {string} name @param {unknown[]} args @param {Options} [options]
   * @returns {Promise<any>}
   */
  ask(name, args, { signal, part = () => {} } = {}) {
    signal?.throwIfAborted();
    const id = ++this.last;
    const worker = (this.worker ??= this.started());
    signal?.addEventListener("abort", () => this.waiting.has(id) && this.stop(signal.reason));
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, part });
      worker.postMessage({ id, name, args });
    });
  }

  started() {
    const address = document.body.dataset[this.name] ?? "";
    const worker = new Worker(policy?.createScriptURL(address) ?? address, { type: "module" });
    worker.addEventListener("message", ({ data }) => this.answered(data));
    worker.addEventListener("error", () => this.stop(new Error("The page could not start its calculation.")));
    return worker;
  }

  /** @param {{id: number, part?: unknown, result?: unknown, error?: string}} message */
  answered({ id, part, result, error }) {
    const waiting = this.waiting.get(id);
    if (part !== undefined) {
      waiting?.part(part);
      return;
    }
    this.waiting.delete(id);
    error === undefined ? waiting?.resolve(result) : waiting?.reject(new Error(error));
  }

  /** Stops the worker, and all that it was asked. @param {unknown} reason */
  stop(reason) {
    this.worker?.terminate();
    this.worker = null;
    this.waiting.forEach(({ reject }) => reject(reason));
    this.waiting.clear();
  }
}
