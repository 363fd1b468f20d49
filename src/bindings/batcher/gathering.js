// @ts-check
/**
 * Gathers the texts of concurrent requests into calls of the model. A text that finds a free call is sent at once;
 * while all calls are in flight, texts wait and share the next one. This module does no I/O.
 */
import { Cache } from "./cache.js";
import { Call, Place, Ticket } from "./places.js";

/** @typedef {import("./places.js").Outcome} Outcome */
/** @typedef {import("./places.js").Asked} Asked */

/**
 * What the gathering needs. `call` embeds texts with the options of their lane, for the keys with these labels; it never
 * throws. `calls` is how many may be in flight, `cacheBytes` the limit of the cache.
 * @typedef {{ call(texts: string[], lane: string, labels: string[], rejectIfBusy: boolean, signal: AbortSignal): Promise<Outcome>,
 *   sleep(ms: number): Promise<unknown>, now(): number, calls: number, cacheBytes: number }} Parts
 */

export const MAX_TEXTS = 100; // of a call (the model's input schema)
export const MAX_CHARS = 100_000; // of a call with several texts, so that short texts do not wait for many long ones
export const MAX_WAITING = 1_000; // texts
const MAX_WAITING_CHARS = 2_000_000;
const RETRY_MS = 200; // until a busy model is called again

export class Gathering {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
    this.cache = new Cache(parts.cacheBytes);
    this.running = 0;
    this.waiting = 0; // texts
    this.chars = 0; // of texts that wait
    this.count = 0; // numbers of places and tickets
    /** @type {Map<string, Place>} by key: those that wait and those in flight */
    this.places = new Map();
    /** @type {Map<string, Set<Place>>} those that wait, in order, by lane */
    this.lanes = new Map();
  }

  /** Takes the texts of a request. Returns a ticket; its outcome is "busy" if too many texts wait. @param {Asked} asked */
  join(asked) {
    const ticket = new Ticket(asked.ends);
    const key = `${asked.alone ? this.count++ : ""}\n${asked.lane}\n`;
    const rows = asked.texts.map((text) => (asked.alone ? undefined : this.cache.get(text)));
    if (!this.canWait(asked.texts.filter((text, i) => !rows[i] && !this.places.has(key + text)))) {
      ticket.settle({ fault: "busy" });
      return ticket;
    }
    asked.texts.forEach((text, i) => this.add(ticket, asked, key + text, text, rows[i]));
    if (ticket.missing.size === 0) ticket.finish();
    this.start();
    return ticket;
  }

  /** @param {string[]} texts that need a place */
  canWait(texts) {
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    return this.waiting + texts.length <= MAX_WAITING && (this.waiting === 0 || this.chars + chars <= MAX_WAITING_CHARS);
  }

  /** @param {Ticket} ticket @param {Asked} asked @param {string} key @param {string} text @param {Uint8Array} [row] */
  add(ticket, asked, key, text, row) {
    if (row) {
      ticket.cached++;
      ticket.places.push({ row });
      return;
    }
    const place = this.places.get(key) ?? this.open(new Place(key, text, asked, this.count++));
    place.tickets.add(ticket);
    ticket.places.push(place);
    ticket.missing.add(place);
  }

  /** @param {Place} place */
  open(place) {
    this.places.set(place.key, place);
    const lane = this.lanes.get(place.lane) ?? new Set();
    this.lanes.set(place.lane, lane.add(place));
    this.waiting++;
    this.chars += place.text.length;
    return place;
  }

  /** Takes a request out. What nobody else needs is neither sent nor awaited. @param {Ticket} ticket */
  leave(ticket) {
    for (const place of ticket.missing) {
      place.tickets.delete(ticket);
      if (place.tickets.size > 0) continue;
      if (place.call === null) this.close(place);
      else if (!place.call.isNeeded()) this.stop(place.call);
    }
    ticket.missing.clear();
  }

  /** Removes a place from those that wait. @param {Place} place */
  close(place) {
    this.places.delete(place.key);
    this.remove(place);
  }

  /** @param {Place} place */
  remove(place) {
    const lane = this.lanes.get(place.lane);
    if (!lane?.delete(place)) return;
    if (lane.size === 0) this.lanes.delete(place.lane);
    this.waiting--;
    this.chars -= place.text.length;
  }

  /** @param {Call} call */
  stop(call) {
    for (const place of call.places) this.forget(place);
    call.controller.abort();
  }

  /** An equal text that arrives now gets a place of its own. @param {Place} place */
  forget(place) {
    if (this.places.get(place.key) === place) this.places.delete(place.key);
  }

  /** Starts calls while some are free and texts wait. */
  start() {
    while (this.running < this.parts.calls) {
      const places = this.next();
      if (places.length === 0) return;
      this.running++;
      void this.embed(places).finally(() => {
        this.running--;
        this.start();
      });
    }
  }

  /** Takes the places of the next call: those of the lane whose first text has waited longest, in order. */
  next() {
    /** @type {Place[]} */
    const taken = [];
    let chars = 0;
    for (const place of this.oldest()) {
      this.expire(place);
      if (place.tickets.size === 0) continue;
      chars += place.text.length;
      if (taken.length === MAX_TEXTS || (taken.length > 0 && chars > MAX_CHARS)) break;
      this.remove(place);
      taken.push(place);
    }
    return taken;
  }

  /** Returns the lane whose first text has waited longest. Those of requests that are over are removed. */
  oldest() {
    /** @type {Place | undefined} */
    let first;
    for (const lane of [...this.lanes.values()]) {
      for (const place of lane) {
        this.expire(place);
        if (place.tickets.size === 0) continue;
        if (!first || place.number < first.number) first = place;
        break;
      }
    }
    return (first && this.lanes.get(first.lane)) ?? [];
  }

  /** Takes out the requests whose deadline has passed. @param {Place} place */
  expire(place) {
    for (const ticket of [...place.tickets]) if (ticket.ends <= this.parts.now()) this.fail(ticket, { fault: "timeout" });
  }

  /** Embeds texts in one call. If one of them may be the reason for a failure, each half is sent by itself. @param {Place[]} taken */
  async embed(taken) {
    const places = taken.filter((place) => place.tickets.size > 0 || this.forget(place));
    if (places.length === 0) return;
    const outcome = await this.call(new Call(places));
    if (outcome.remedy === "halve" && places.length > 1) {
      const middle = places.length >> 1;
      await this.embed(places.slice(0, middle));
      await this.embed(places.slice(middle));
    } else {
      places.forEach((place, i) => this.finish(place, outcome.rows?.[i], outcome));
    }
  }

  /** A busy model is called once more, and then waits for capacity. @param {Call} call @returns {Promise<Outcome>} */
  async call(call) {
    const { signal } = call.controller;
    const [texts, lane] = [call.places.map(({ text }) => text), call.places[0].lane];
    const labels = [...new Set(call.places.map(({ label }) => label))];
    const outcome = await this.parts.call(texts, lane, labels, true, signal);
    if (outcome.remedy !== "again") return outcome;
    await this.parts.sleep(RETRY_MS);
    return call.isNeeded() ? this.parts.call(texts, lane, labels, false, signal) : outcome;
  }

  /** @param {Place} place @param {Uint8Array | undefined} row @param {Outcome} outcome of a call without rows */
  finish(place, row, outcome) {
    this.forget(place);
    if (row && !place.alone) this.cache.set(place.text, row);
    place.row = row;
    for (const ticket of [...place.tickets]) {
      ticket.missing.delete(place);
      if (!row) this.fail(ticket, outcome);
      else if (ticket.missing.size === 0) ticket.finish();
    }
    place.tickets.clear();
  }

  /** @param {Ticket} ticket @param {Outcome} outcome with a fault */
  fail(ticket, outcome) {
    this.leave(ticket);
    ticket.settle(outcome);
  }
}
