/** The pixels of the heat map: one for each pair. */
import { pause } from "../dom.js";
import { ramp, rgb } from "./ramp.js";

const AT_ONCE = 250_000; // pixels until the page can respond
let latest = 0; // number of the newest drawing

/**
 * Draws the cosines of all pairs, in this order of the texts. Only the newest call has an effect.
 *
 * @param {HTMLCanvasElement} canvas @param {Float32Array} matrix @param {number[]} order
 */
export async function paint(canvas, matrix, order) {
  const number = ++latest;
  const size = order.length;
  const image = new ImageData(size, size);
  // one write per pixel, since there can be four million
  const colours = new Uint32Array(Uint8ClampedArray.from(ramp().flat()).buffer);
  const [diagonal] = new Uint32Array(Uint8ClampedArray.from([...rgb("--diagonal"), 255]).buffer);
  const pixels = new Uint32Array(image.data.buffer);
  const rows = Math.ceil(AT_ONCE / size);
  for (let row = 0; row < size; row++) {
    if (row % rows === rows - 1) {
      await pause();
      if (number !== latest) return;
    }
    for (let column = 0; column < size; column++) {
      const value = matrix[order[row] * size + order[column]];
      pixels[row * size + column] = row === column ? diagonal : colours[Math.round(255 * Math.max(0, Math.min(1, value)))];
    }
  }
  canvas.width = canvas.height = size;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
