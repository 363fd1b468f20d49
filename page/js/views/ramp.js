/** The colours of a similarity from 0 to 1. They are the same in every view and for every text. */

const STEPS = 5; // --heat-0 to --heat-4

/** Returns a colour of the style sheet. @param {string} name */
export function rgb(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16));
}

/** Returns 256 colours, interpolated between those of the style sheet. @returns {number[][]} */
export function ramp() {
  const stops = Array.from({ length: STEPS }, (_, step) => rgb(`--heat-${step}`));
  return Array.from({ length: 256 }, (_, place) => {
    const at = (place / 255) * (STEPS - 1);
    const step = Math.min(STEPS - 2, Math.floor(at));
    return [...stops[step].map((value, i) => value + (stops[step + 1][i] - value) * (at - step)), 255];
  });
}
