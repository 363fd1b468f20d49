// @ts-check
/** What `gathering.js` holds: texts that wait or are in flight, calls of the model, and requests that wait for their rows. */

/**
 * How a call ended: the rows of its texts, or a fault. `remedy` is "again" if the model was busy, "halve" if one of the
 * texts may be the reason, and "" otherwise. Requests get the outcome with their own rows, or the fault as it is.
 * @typedef {{ rows?: Uint8Array[], fault?: string, remedy?: "" | "again" | "halve", cached?: number,
 *   [detail: string]: unknown }} Outcome
 */

/**
 * A request. Texts share a call only with those of the same `lane`. `ends` is its deadline. One that is `alone` neither
 * uses the cache nor shares a place with others, so that nobody learns from the time of an answer what others asked.
 * `label` is that of the caller's key.
 * @typedef {{ texts: string[], lane: string, label: string, ends: number, alone: boolean }} Asked
 */

/** A text that waits or is in flight, for one request or several. */
export class Place {
  /** @param {string} key of the place @param {string} text @param {Asked} asked who came first @param {number} number */
  constructor(key, text, { lane, label, alone }, number) {
    this.key = key;
    this.text = text;
    this.lane = lane;
    this.label = label;
    this.alone = alone;
    this.number = number;
    /** @type {Set<Ticket>} */
    this.tickets = new Set();
    /** @type {Call | null} */
    this.call = null;
    /** @type {Uint8Array | undefined} */
    this.row = undefined;
  }
}

/** A call in flight. It is stopped when no request needs it. */
export class Call {
  /** @param {Place[]} places */
  constructor(places) {
    this.places = places;
    this.controller = new AbortController();
    for (const place of places) place.call = this;
  }

  isNeeded() {
    return this.places.some((place) => place.tickets.size > 0);
  }
}

/** A request that waits for its rows. `outcome` is settled once. */
export class Ticket {
  /** @param {number} ends */
  constructor(ends) {
    this.ends = ends;
    this.cached = 0;
    /** @type {(Place | { row: Uint8Array })[]} one for each text; the same text has the same place */
    this.places = [];
    /** @type {Set<Place>} places without a row */
    this.missing = new Set();
    /** @type {(outcome: Outcome) => void} */
    this.settle = () => {};
    /** @type {Promise<Outcome>} */
    this.outcome = new Promise((resolve) => (this.settle = resolve));
  }

  finish() {
    this.settle({ rows: this.places.map(({ row }) => /** @type {Uint8Array} */ (row)), cached: this.cached });
  }
}
