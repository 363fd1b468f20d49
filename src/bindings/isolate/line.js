// @ts-check
/** The order of the requests that wait for memory of one pool. Callers take turns, whatever number of requests each has. */

/** @typedef {import("../requests/request.js").Scope} Scope */

const MAX_WAITING = 100; // requests
const MAX_RANKS = 1_000; // callers whose place in the order is known

export class Line {
  constructor() {
    /** @type {Map<Scope, boolean>} those that wait, by arrival, and whether only the share of their caller is used up */
    this.waiting = new Map();
    /** @type {WeakMap<Scope, number>} the order of those that wait, which alternates between their callers */
    this.ranks = new WeakMap();
    /** @type {Map<string, number>} of the last one of each caller */
    this.lastRanks = new Map();
    this.lastServed = 0; // rank of the last one that got memory
  }

  get size() {
    return this.waiting.size;
  }

  /** @param {Scope} scope */
  has(scope) {
    return this.waiting.has(scope);
  }

  /**
   * Puts a request behind the others of its caller, and beside the first ones of other callers. If the line is full, the
   * caller with the most places loses its last one. Returns false if another caller would have no more than that.
   * @param {Scope} scope
   */
  add(scope) {
    if (this.size >= MAX_WAITING && !this.makePlace(scope)) return false;
    if (!this.size || this.lastRanks.size > MAX_RANKS) this.lastRanks.clear();
    const { caller } = scope;
    const rank = Math.max(this.lastServed, this.lastRanks.get(caller ?? "") ?? 0) + 1;
    if (caller !== undefined) this.lastRanks.set(caller, rank);
    this.ranks.set(scope, rank);
    this.waiting.set(scope, false);
    return true;
  }

  /** @param {Scope} scope */
  makePlace({ caller }) {
    const places = Map.groupBy(this.waiting.keys(), (waiting) => waiting.caller);
    const most = [...places.values()].reduce((a, b) => (b.length > a.length ? b : a));
    if (most.length <= (places.get(caller)?.length ?? 0) + 1) return false;
    return this.waiting.delete(/** @type {Scope} */ (most.at(-1)));
  }

  /** Returns whether all that go before wait for a share of their caller. @param {Scope} scope */
  isNext(scope) {
    const own = this.ranks.get(scope) ?? 0;
    let passed = false; // then come those that arrived later
    for (const [other, waitsForShare] of this.waiting) {
      const rank = this.ranks.get(other) ?? 0;
      if (other === scope) passed = true;
      else if (!waitsForShare && (rank < own || (rank === own && !passed))) return false;
    }
    return this.has(scope);
  }

  /** Says of a request that waits whether only the share of its caller is used up. @param {Scope} scope @param {boolean} waitsForShare */
  mark(scope, waitsForShare) {
    this.waiting.set(scope, waitsForShare);
  }

  /** Takes a request out. @param {Scope} scope @param {boolean} served whether it got memory */
  remove(scope, served) {
    this.waiting.delete(scope);
    if (served) this.lastServed = this.ranks.get(scope) ?? 0;
  }

  /** Takes out the requests that are over, also those that the runtime dropped. */
  sweep() {
    for (const scope of this.waiting.keys()) if (scope.isOver()) this.waiting.delete(scope);
  }
}
