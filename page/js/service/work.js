/** Cancellable jobs, with progress, a status line, and errors that can be retried. */
import { ApiError } from "./api.js";
import { byId, count, element } from "../dom.js";
import { duration } from "./format.js";
import { askForKey } from "./keyform.js";

/** Runs one job at a time. A new job replaces the running one. */
export class Work {
  /**
   * @param {{status: string, error: string, progress: string, cancel: string, during: string[]}} ids
   *   ids of the elements; those of `during` are disabled while a job runs
   */
  constructor(ids) {
    this.ids = ids;
    this.from = ""; // id of the control that had the focus when the job began
    this.controller = new AbortController();
    byId(ids.cancel).addEventListener("click", () => this.controller.abort());
  }

  /**
   * @param {number} total
   * @param {(signal: AbortSignal, progress: (done: number) => void, waiting: (seconds: number) => void) => Promise<string>} job returns the text of the status line
   */
  async run(total, job) {
    this.controller.abort();
    const controller = (this.controller = new AbortController());
    this.busy(true, total);
    this.fail(null);
    try {
      const wait = (/** @type {number} */ seconds) => this.say(`Too many requests: waiting ${duration(seconds)}, then it goes on …`);
      const sentence = await job(controller.signal, (done) => this.progress(done, total), wait);
      controller.signal.throwIfAborted();
      this.say(sentence);
    } catch (error) {
      if (controller === this.controller) {
        this.stopped(error, () => void this.run(total, job));
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
      this.fail(error, again);
      if (error.status === 401) {
        this.from = "";
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
    const focused = document.activeElement;
    byId(this.ids.progress).hidden = !(busy && total > 100);
    /** @type {HTMLProgressElement} */ (byId(this.ids.progress)).value = 0;
    byId(this.ids.cancel).hidden = !busy;
    this.ids.during.forEach((id) => (/** @type {HTMLButtonElement} */ (byId(id)).disabled = busy));
    if (busy) {
      this.leave(focused);
      this.say("Waiting for the service …");
    } else if (this.from && (focused === byId(this.ids.cancel) || focused === document.body)) {
      byId(this.from).focus();
    }
  }

  /** A disabled or hidden button loses the focus: moves it to the usable one. @param {Element | null} focused */
  leave(focused) {
    const retry = byId(this.ids.error).contains(focused);
    if (focused === byId(this.ids.cancel)) {
      return;
    }
    this.from = this.ids.during.includes(focused?.id ?? "") ? (focused?.id ?? "") : retry ? this.from || this.ids.during[0] : "";
    if (this.from) {
      byId(this.ids.cancel).focus();
    }
  }

  /** @param {string} sentence */
  say(sentence) {
    byId(this.ids.status).textContent = sentence;
  }

  /** @param {ApiError | null} error @param {() => void} [again] */
  fail(error, again) {
    const box = byId(this.ids.error);
    box.hidden = !error;
    box.replaceChildren(...(error ? described(error) : []));
    if (error && again) {
      const button = element("button", { type: "button" }, "Retry");
      button.addEventListener("click", again);
      box.append(button);
    }
  }
}

/** @param {ApiError} error */
function described(error) {
  const facts = [
    error.code,
    error.status ? `status ${error.status}` : "",
    error.param ? `at ${error.param}` : "",
    error.requestId ? `x-request-id ${error.requestId}` : "",
  ];
  return [
    element("p", {}, element("strong", {}, error.message), advice(error), when(error)),
    element("p", { class: "hint" }, facts.filter(Boolean).join(" · ")),
  ];
}

/** Says when a retry can succeed. @param {ApiError} error */
function when({ retryAfter }) {
  return Number(retryAfter) > 0 ? ` Try again in ${duration(Number(retryAfter))}.` : "";
}

/** Returns advice that only applies to this page. @param {ApiError} error */
function advice(error) {
  return error.code === "vectorize_not_configured"
    ? " Without a Vectorize index, this service can't store or search. Everything else on this page works."
    : "";
}
