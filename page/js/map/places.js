/** The places of the dots, in pixels. */

const EDGE = 28;
const STRETCH = 1.7; // of one axis, at most

/** @typedef {{width: number, height: number, x: number[], y: number[]}} Drawn in pixels */

/**
 * Places the texts in the room, as the camera shows it.
 *
 * @param {import("../worker/layout.js").Spots} spots @param {import("./camera.js").Camera} camera @param {{width: number, height: number}} room
 * @returns {Drawn}
 */
export function placed(spots, camera, { width, height }) {
  const wide = spots.x.reduce((most, value) => Math.max(most, Math.abs(value)), 0.01);
  const high = spots.y.reduce((most, value) => Math.max(most, Math.abs(value)), 0.01);
  const [across, down] = [(width / 2 - EDGE) / wide, (height / 2 - EDGE) / high];
  const scale = [Math.min(across, STRETCH * down), Math.min(down, STRETCH * across)];
  const seen = (/** @type {number} */ value, /** @type {number} */ part, /** @type {number} */ from) => value * part * camera.zoom + from;
  const x = spots.x.map((value) => seen(value, scale[0], camera.x + (width / 2) * camera.zoom));
  const y = spots.y.map((value) => seen(value, scale[1], camera.y + (height / 2) * camera.zoom));
  return { width, height, x, y };
}

/** Returns the nearest dot within a distance, or -1. @param {Drawn} drawn @param {import("./camera.js").Point} at @param {number} most */
export function dotAt(drawn, at, most) {
  let best = { place: -1, far: most };
  drawn.x.forEach((x, place) => {
    const far = Math.hypot(x - at.x, drawn.y[place] - at.y);
    best = far < best.far ? { place, far } : best;
  });
  return best.place;
}
