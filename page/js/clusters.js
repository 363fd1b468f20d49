/** Groups of similar texts: average linkage by chains of nearest neighbours, in a time that is quadratic in the texts. */

const MOST_GROUPS = 12;
const LEAST_QUALITY = 0.1; // mean silhouette below which the texts have no groups worth a name

/** @typedef {{left: number, right: number, height: number}} Merge nodes below `size` are texts, the others earlier merges */
/** @typedef {{order: number[], groups: number[][], quality: number}} Groups `groups` is empty if there are no clear ones */

/**
 * Returns an order in which similar texts are adjacent, and the groups, whose texts are adjacent in it.
 *
 * @param {Float32Array} matrix cosines of all pairs
 * @param {number} size
 * @returns {Groups}
 */
export function groupsOf(matrix, size) {
  const merges = linkage(matrix, size);
  const order = leaves(merges, size);
  let best = { labels: new Int32Array(size), count: 1, quality: 0 };
  for (let count = 2; count <= Math.min(MOST_GROUPS, size - 1); count++) {
    const labels = cut(merges, size, count);
    const quality = silhouette(matrix, size, labels, count);
    best = quality > best.quality ? { labels, count, quality } : best;
  }
  if (best.quality < LEAST_QUALITY) {
    return { order, groups: [], quality: best.quality };
  }
  const groups = Array.from({ length: best.count }, () => /** @type {number[]} */ ([]));
  order.forEach((place) => groups[best.labels[place]].push(place));
  const first = new Map(order.map((place, at) => [place, at]));
  groups.sort((a, b) => Number(first.get(a[0])) - Number(first.get(b[0])));
  return { order, groups, quality: best.quality };
}

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

/** Sorts merges and numbers their nodes. @param {{a: number, b: number, height: number}[]} found @param {number} size @returns {Merge[]} */
function numbered(found, size) {
  const node = Int32Array.from({ length: size }, (_, place) => place);
  const root = Int32Array.from(node);
  const rootOf = (/** @type {number} */ place) => {
    while (root[place] !== place) {
      place = root[place] = root[root[place]];
    }
    return place;
  };
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

/**
 * Returns the mean silhouette with the distance 1 - cosine: 1 for compact groups far apart, 0 for no groups.
 *
 * @param {Float32Array} matrix @param {number} size @param {Int32Array} labels @param {number} count
 */
export function silhouette(matrix, size, labels, count) {
  const members = new Int32Array(count);
  labels.forEach((label) => members[label]++);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const total = new Float64Array(count);
    for (let j = 0; j < size; j++) {
      total[labels[j]] += j === i ? 0 : 1 - matrix[i * size + j];
    }
    sum += members[labels[i]] > 1 ? width(total, members, labels[i]) : 0;
  }
  return sum / size;
}

/** @param {Float64Array} total distances to each group @param {Int32Array} members @param {number} own */
function width(total, members, own) {
  const inside = total[own] / (members[own] - 1);
  let outside = Infinity;
  total.forEach((sum, label) => {
    outside = label === own ? outside : Math.min(outside, sum / members[label]);
  });
  const larger = Math.max(inside, outside);
  return larger > 0 ? (outside - inside) / larger : 0;
}

/** Returns the member with the highest mean cosine with its group. @param {Float32Array} matrix @param {number} size @param {number[]} group */
export function centre(matrix, size, group) {
  let best = { place: group[0], sum: -Infinity };
  for (const place of group) {
    const sum = group.reduce((total, other) => total + matrix[place * size + other], 0);
    best = sum > best.sum ? { place, sum } : best;
  }
  return best.place;
}
