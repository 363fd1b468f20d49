/** Cancellable jobs, with progress, a status line and errors. */
import { ApiError } from "./api.js";
import { askForKey } from "./keyform.js";
import { byId, count, element, seconds } from "./dom.js";

/** Runs one job at a time. A new job replaces the running one. */
export class Work {
  /**
   * @param {{status: string, error: string, progress: string, cancel: string, during: string[]}} ids
   *   ids of the elements; those of `during` are disabled while a job runs
   */
  constructor(ids) {
    this.ids = ids;
    this.controller = new AbortController();
    byId(ids.cancel).addEventListener("click", () => this.controller.abort());
  }

  /**
   * @param {number} total
   * @param {(signal: AbortSignal, progress: (done: number) => void) => Promise<string>} job returns the text of the status line
   */
  async run(total, job) {
    this.controller.abort();
    const controller = (this.controller = new AbortController());
    this.busy(true, total);
    this.fail(null);
    try {
      this.say(await job(controller.signal, (done) => this.progress(done, total)));
    } catch (error) {
      if (controller === this.controller) {
        this.stopped(error, () => this.run(total, job));
      }
    } finally {
      if (controller === this.controller) {
        this.busy(false, total);
      }
    }
  }

  /** @param {unknown} error @param {() => void} again */
  stopped(error, again) {
    this.say("");
    if (this.controller.signal.aborted) {
      this.say("Cancelled.");
    } else if (error instanceof ApiError) {
      this.fail(error);
      if (error.status === 401) {
        askForKey(again);
      }
    } else {
      throw error;
    }
  }

  /** @param {number} done @param {number} total */
  progress(done, total) {
    /** @type {HTMLProgressElement} */ (byId(this.ids.progress)).value = done / Math.max(1, total);
    this.say(`${count(done)} of ${count(total)} …`);
  }

  /** @param {boolean} busy @param {number} total */
  busy(busy, total) {
    byId(this.ids.progress).hidden = !(busy && total > 100);
    /** @type {HTMLProgressElement} */ (byId(this.ids.progress)).value = 0;
    const focused = document.activeElement?.id ?? "";
    byId(this.ids.cancel).hidden = !busy;
    this.ids.during.forEach((id) => (/** @type {HTMLButtonElement} */ (byId(id)).disabled = busy));
    // a disabled or hidden button loses the focus: move it to the usable button
    if (busy && this.ids.during.includes(focused)) {
      byId(this.ids.cancel).focus();
    } else if (!busy && focused === this.ids.cancel) {
      byId(this.ids.during[0]).focus();
    }
    if (busy) {
      this.say("Waiting for the service …");
    }
  }

  /** @param {string} sentence */
  say(sentence) {
    byId(this.ids.status).textContent = sentence;
  }

  /** @param {ApiError | null} error */
  fail(error) {
    const box = byId(this.ids.error);
    box.hidden = !error;
    box.replaceChildren(...(error ? described(error) : []));
  }
}

/** @param {ApiError} error */
function described(error) {
  const facts = [
    error.status ? `status ${error.status}` : "",
    error.param ? `at ${error.param}` : "",
    error.retryAfter ? `retry after ${seconds(1000 * Number(error.retryAfter))}` : "",
    error.requestId ? `x-request-id ${error.requestId}` : "",
  ];
  return [
    element("p", {}, element("strong", { class: "code" }, error.code), " ", error.message, advice(error)),
    element("p", { class: "hint" }, facts.filter(Boolean).join(" · ")),
  ];
}

/** Returns advice that only applies to this page. @param {ApiError} error */
function advice(error) {
  return error.code === "vectorize_not_configured"
    ? " Without a Vectorize index, this endpoint can't store or search. Everything else on this page works."
    : "";
}
