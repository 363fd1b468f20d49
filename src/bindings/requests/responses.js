// @ts-check
/** Sends an answer to the client. Its memory stays reserved until the client has received it, or is too slow. */
import { SMALL_BYTES, answerMemory, discard, workMemory } from "../isolate/memory.js";
import { asBytes } from "../numbers/formats.js";
import { Pace } from "../isolate/pace.js";

/** @typedef {import("./request.js").Scope} Scope */
/** @typedef {import("../numbers/formats.js").Text} Text */

const GRACE_MS = 3_000;
const RATE = 65.536; // bytes per millisecond after the grace period, 64 KiB/s
const RATE_OTHERS_WAIT = 1048.576; // the same while other requests wait for memory, 1 MiB/s

/**
 * Returns a small answer as it is, and others as a stream. The next part is made when the client has taken the last one.
 * @param {Scope} scope @param {Iterator<Uint8Array>} parts @param {number} [text] characters of the first part that are
 * not of the model: they may quote a large request, whose memory then stays reserved
 * @returns {Uint8Array | ReadableStream<Uint8Array>}
 */
export function send(scope, parts, text = 0) {
  const first = parts.next().value ?? new Uint8Array(0);
  if (first.length > SMALL_BYTES) return new Sending(scope, first, parts, text).stream;
  const next = parts.next();
  return next.done ? first : new Sending(scope, first, parts, text, next).stream;
}

/**
 * Does the same with a text. Python passes a large one as bytes, and none as undefined.
 * @param {Scope} scope @param {Text | null | undefined} text
 */
export function sendText(scope, text) {
  if (!text || text.length <= SMALL_BYTES) return text ?? null;
  const bytes = asBytes(text);
  return send(scope, [bytes].values(), bytes.length);
}

/** An answer on its way to the client. It takes over what its request has reserved. */
class Sending {
  /** @param {Scope} scope @param {Uint8Array} first @param {Iterator<Uint8Array>} parts @param {number} text @param {IteratorResult<Uint8Array>} [next] */
  constructor(scope, first, parts, text, next) {
    this.caller = scope.caller;
    /** @type {Iterator<Uint8Array> | null} */
    this.parts = parts;
    this.next = next;
    /** @type {Uint8Array | undefined} */
    this.sent = undefined;
    /** @type {Uint8Array | null} */
    this.current = first;
    answerMemory.transfer(scope, this);
    if (text > SMALL_BYTES) workMemory.transfer(scope, this, first.length);
    /** @type {ReadableStreamDefaultController<Uint8Array> | null} */
    this.controller = null;
    this.stream = new ReadableStream(
      /** @type {UnderlyingSource<Uint8Array>} */ ({
        start: (controller) => void (this.controller = controller),
        pull: () => this.pull(),
        cancel: () => this.end(),
      }),
      { highWaterMark: 0 },
    );
    const othersWait = () => answerMemory.hasWaiting() || (workMemory.held.has(this) && workMemory.hasWaiting());
    this.pace = new Pace(GRACE_MS, () => (othersWait() ? RATE_OTHERS_WAIT : RATE), () => this.breakOff());
  }

  /** Called when the client has taken what was sent before. */
  pull() {
    if (this.sent) {
      discard(this.sent);
      workMemory.release(this); // the first part has the text
    }
    const part = (this.sent = this.current ?? this.following());
    this.current = null;
    if (!part) {
      this.end();
      return this.controller?.close();
    }
    answerMemory.shrink(this, this.pace.bytes);
    this.pace.bytes += part.length;
    return this.controller?.enqueue(part);
  }

  following() {
    const step = this.next ?? this.parts?.next();
    this.next = undefined;
    return step?.done ? undefined : step?.value;
  }

  /** The client is too slow. */
  breakOff() {
    this.end();
    this.controller?.error(new Error("The client reads too slowly."));
  }

  /** Another request may get the memory of a client that is too slow, also if the runtime dropped this request. */
  isOver() {
    return this.parts === null || this.pace.isOver();
  }

  end() {
    this.pace.end();
    this.parts = this.current = null;
    answerMemory.release(this);
    workMemory.release(this);
  }
}
