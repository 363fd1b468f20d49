// @ts-check
/** Hands an answer to the client. Its memory stays reserved until the client has it, or is too slow. */
import { asBytes } from "./numbers.js";
import { Pace } from "./pace.js";
import { answers, discard, working } from "./room.js";

/** @typedef {import("./request.js").Scope} Scope */
/** @typedef {import("./numbers.js").Text} Text */

const SMALL = 65_536; // bytes that leave at once
const GRACE_MS = 3_000;
const RATE = 65.536; // bytes per millisecond after the grace period, 64 KiB/s
const CROWDED_RATE = 1048.576; // the same while others wait for room, 1 MiB/s

/**
 * Returns a small answer as it is, and others as a stream. The next part is made when the client has taken the last one.
 * @param {Scope} scope @param {Iterator<Uint8Array>} parts @param {number} [text] characters of the first part that are
 * not of the model: they may quote a large request, and then keep its room
 * @returns {Uint8Array | ReadableStream<Uint8Array>}
 */
export function send(scope, parts, text = 0) {
  const first = parts.next().value ?? new Uint8Array(0);
  if (first.length > SMALL) return new Sending(scope, first, parts, text).stream;
  const next = parts.next();
  return next.done ? first : new Sending(scope, first, parts, text, next).stream;
}

/**
 * Does the same with a text. Python passes a large one as bytes, and none as undefined.
 * @param {Scope} scope @param {Text | null | undefined} text
 */
export function sendText(scope, text) {
  if (!text || text.length <= SMALL) return text ?? null;
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
    answers.pass(scope, this);
    if (text > SMALL) working.pass(scope, this, first.length);
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
    const isCrowded = () => answers.isCrowded() || (working.held.has(this) && working.isCrowded());
    this.pace = new Pace(GRACE_MS, () => (isCrowded() ? CROWDED_RATE : RATE), () => this.breakOff());
  }

  /** Called when the client has taken what was sent before. */
  pull() {
    if (this.sent) {
      discard(this.sent);
      working.release(this); // the first part has the text
    }
    const part = (this.sent = this.current ?? this.following());
    this.current = null;
    if (!part) {
      this.end();
      return this.controller?.close();
    }
    answers.shrink(this, this.pace.bytes);
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

  /** Another request may take the room of a client that is too slow, also if the runtime dropped this request. */
  isOver() {
    return this.parts === null || this.pace.isOver();
  }

  end() {
    this.pace.end();
    this.parts = this.current = null;
    answers.release(this);
    working.release(this);
  }
}
