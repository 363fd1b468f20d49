// @ts-check
/** Finds clients that send or read too slowly. */

const TICK_MS = 500;
const MOST_MS = 2 * TICK_MS; // what a tick counts at most: while the isolate was busy, the client could do nothing
const DROPPED_MS = 10_000; // no tick for so long: the runtime dropped the request

/** The pace of a client: after a grace period, so many bytes per millisecond. */
export class Pace {
  /** @param {number} grace in milliseconds @param {() => number} rate in bytes per millisecond @param {() => void} tooSlow */
  constructor(grace, rate, tooSlow) {
    this.grace = grace;
    this.rate = rate;
    this.tooSlow = tooSlow;
    this.bytes = 0;
    this.spent = 0; // milliseconds that the client took
    this.last = Date.now();
    this.paused = false;
    this.timer = setTimeout(() => this.tick(), TICK_MS);
  }

  tick() {
    const now = Date.now();
    if (!this.paused) this.spent += Math.min(now - this.last, MOST_MS);
    this.last = now;
    if (this.isSlow()) this.tooSlow();
    else this.timer = setTimeout(() => this.tick(), TICK_MS);
  }

  isSlow() {
    return this.spent > this.grace + this.bytes / this.rate();
  }

  /** Whether the client is too slow, or its request was dropped. */
  isOver() {
    return this.isSlow() || Date.now() > this.last + DROPPED_MS;
  }

  end() {
    clearTimeout(this.timer);
  }
}
