/** The tree of average linkage, by chains of nearest neighbours, in a time that is quadratic in the texts. */

/** @typedef {{left: number, right: number, height: number}} Merge nodes below `size` are texts, the others earlier merges */

/**
 * Returns the merges of average linkage, from the nearest pair to the last one.
 *
 * @param {Float32Array} matrix
 * @param {number} size
 * @returns {Merge[]}
 */
export function linkage(matrix, size) {
  const near = Float32Array.from(matrix);
  const members = new Float64Array(size).fill(1);
  const alive = new Uint8Array(size).fill(1);
  /** @type {{a: number, b: number, height: number}[]} */
  const found = [];
  /** @type {number[]} */
  const chain = [];
  let start = 0;
  while (found.length < size - 1) {
    while (!alive[start]) {
      start++;
    }
    const top = chain.length ? /** @type {number} */ (chain.at(-1)) : start;
    chain.length || chain.push(top);
    const before = chain.at(-2) ?? -1;
    const next = closest(near, size, alive, top, before);
    if (next !== before) {
      chain.push(next);
      continue;
    }
    chain.length -= 2;
    found.push({ a: next, b: top, height: near[top * size + next] });
    join(near, size, members, next, top);
    alive[top] = 0;
  }
  return numbered(found, size);
}

/** @param {Float32Array} near @param {number} size @param {Uint8Array} alive @param {number} of @param {number} before wins ties */
function closest(near, size, alive, of, before) {
  let best = before;
  for (let other = 0; other < size; other++) {
    if (alive[other] && other !== of && (best < 0 || near[of * size + other] > near[of * size + best])) {
      best = other;
    }
  }
  return best;
}

/** Adds cluster `gone` to `kept`. @param {Float32Array} near @param {number} size @param {Float64Array} members @param {number} kept @param {number} gone */
function join(near, size, members, kept, gone) {
  const total = members[kept] + members[gone];
  for (let other = 0; other < size; other++) {
    const mean = (members[kept] * near[kept * size + other] + members[gone] * near[gone * size + other]) / total;
    near[kept * size + other] = near[other * size + kept] = mean;
  }
  members[kept] = total;
}

/** Returns disjoint sets of one text each: `root[a] = b` joins those of two roots. @param {number} size */
export function forest(size) {
  const root = Int32Array.from({ length: size }, (_, place) => place);
  const rootOf = (/** @type {number} */ place) => {
    while (root[place] !== place) {
      place = root[place] = root[root[place]];
    }
    return place;
  };
  return { root, rootOf };
}

/** Sorts merges and numbers their nodes. @param {{a: number, b: number, height: number}[]} found @param {number} size @returns {Merge[]} */
function numbered(found, size) {
  const node = Int32Array.from({ length: size }, (_, place) => place);
  const { root, rootOf } = forest(size);
  return [...found]
    .sort((x, y) => y.height - x.height)
    .map(({ a, b, height }, step) => {
      const [one, other] = [rootOf(a), rootOf(b)];
      const merge = { left: node[one], right: node[other], height };
      root[other] = one;
      node[one] = size + step;
      return merge;
    });
}

/** Returns the texts in the order of the tree. @param {Merge[]} merges @param {number} size */
export function leaves(merges, size) {
  /** @type {number[]} */
  const order = [];
  const open = size ? [size + merges.length - 1] : [];
  while (open.length) {
    const node = /** @type {number} */ (open.pop());
    if (node < size) {
      order.push(node);
    } else {
      open.push(merges[node - size].right, merges[node - size].left);
    }
  }
  return order;
}

/** Returns the group of each text when the tree is cut into `count` groups. @param {Merge[]} merges @param {number} size @param {number} count */
export function cut(merges, size, count) {
  const kept = size - count; // merges that are made
  const group = new Int32Array(size + kept).fill(-1);
  let next = 0;
  for (let node = size + kept - 1; node >= 0; node--) {
    group[node] = group[node] < 0 ? next++ : group[node];
    if (node >= size) {
      const { left, right } = merges[node - size];
      group[left] = group[right] = group[node];
    }
  }
  return group.subarray(0, size);
}
