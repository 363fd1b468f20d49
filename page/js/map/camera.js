/** The part of the map that is shown: zoom and pan, by wheel, pointers, fingers, buttons and keys. */

const MOST_ZOOM = 40;
const STEP = 1.5; // of a button
const TAP = 6; // pixels that a pointer may move in a tap

/** @typedef {{zoom: number, x: number, y: number}} Camera a place p is at zoom * p + x, in pixels */
/** @typedef {{x: number, y: number}} Point in pixels of the map */

export const WHOLE = { zoom: 1, x: 0, y: 0 };

/** Zooms so that the place under a point stays there. @param {Camera} camera @param {Point} at @param {number} factor @returns {Camera} */
export function zoomed(camera, at, factor) {
  const zoom = Math.max(1, Math.min(MOST_ZOOM, camera.zoom * factor));
  const part = zoom / camera.zoom;
  return zoom === 1 ? WHOLE : { zoom, x: at.x - (at.x - camera.x) * part, y: at.y - (at.y - camera.y) * part };
}

/** @param {Camera} camera @param {number} x @param {number} y @returns {Camera} */
export function moved(camera, x, y) {
  return camera.zoom === 1 ? camera : { ...camera, x: camera.x + x, y: camera.y + y };
}

/**
 * Follows the gestures on an element. The wheel zooms with Ctrl, as a pinch on a touchpad does; alone, it scrolls the page.
 *
 * @param {Element} element
 * @param {{get: () => Camera, set: (camera: Camera) => void, tap: (at: Point, finger: boolean) => void}} view
 */
export function follow(element, { get, set, tap }) {
  /** @type {Map<number, Point>} */
  const down = new Map();
  let travelled = 0;
  const at = (/** @type {PointerEvent | WheelEvent} */ event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const listen = (/** @type {string} */ kind, /** @type {(event: any) => void} */ use) => element.addEventListener(kind, use, { passive: false });
  listen("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      set(zoomed(get(), at(event), 2 ** (-event.deltaY / 200)));
    }
  });
  listen("pointerdown", (event) => {
    travelled = down.size ? Infinity : 0;
    down.set(event.pointerId, at(event));
  });
  listen("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) {
      return;
    }
    const now = at(event);
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    if (travelled > TAP) {
      element.setPointerCapture?.(event.pointerId);
      set(other ? pinched(get(), other, before, now) : moved(get(), now.x - before.x, now.y - before.y));
    }
  });
  listen("pointerup", (event) => {
    down.delete(event.pointerId) && travelled <= TAP && tap(at(event), event.pointerType === "touch");
  });
  listen("pointercancel", (event) => down.delete(event.pointerId));
}

/** @param {Camera} camera @param {Point} still @param {Point} before @param {Point} now */
function pinched(camera, still, before, now) {
  const far = (/** @type {Point} */ point) => Math.hypot(point.x - still.x, point.y - still.y) || 1;
  return zoomed(camera, { x: (still.x + now.x) / 2, y: (still.y + now.y) / 2 }, far(now) / far(before));
}

/** Returns the camera after a key or a button, or null. @param {Camera} camera @param {string} name @param {Point} middle */
export function stepped(camera, name, middle) {
  const factor = { "+": STEP, "=": STEP, "-": 1 / STEP }[name];
  return name === "0" ? WHOLE : factor ? zoomed(camera, middle, factor) : null;
}
