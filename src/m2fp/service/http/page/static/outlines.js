/** Where lines go: along people, and between the parts of one. */

/** What a pixel is, besides part of a region. */
export const Line = Object.freeze({ NONE: 0, PART: 1, WHITE: 2, DARK: 3 });
export const LINE_KINDS = 4;

const FAR = 255;

/**
 * Return the kind of line at every pixel. A line lies inside the person whom it surrounds, so it
 * disappears together with that person. Dark goes on the outside and white within: one of the two
 * is seen on any background.
 *
 * @param {Uint16Array} regions  region of every pixel, row by row
 * @param {number} width
 * @param {number} height
 * @param {(region: number) => number} personOf
 * @returns {Uint8Array}
 */
export function drawLines(regions, width, height, personOf) {
  const persons = regions.map(personOf);
  const unit = Math.sqrt(width * height) / 1000; // alike at every size of picture
  const dark = Math.max(1, Math.round(1.2 * unit));
  const white = Math.max(1, Math.round(2.4 * unit));
  const part = Math.max(1, Math.round(0.9 * unit));
  const toOthers = distances(persons, width, height);
  const toParts = distances(regions, width, height);
  const lines = new Uint8Array(regions.length);
  for (let i = 0; i < lines.length; i++) {
    if (persons[i] === 0) continue;
    if (toOthers[i] < 3 * dark) lines[i] = Line.DARK;
    else if (toOthers[i] < 3 * (dark + white)) lines[i] = Line.WHITE;
    else if (toParts[i] < 3 * part) lines[i] = Line.PART;
  }
  return lines;
}

/**
 * Return the distance of every pixel to the nearest one with another value, in thirds of a pixel
 * and 0 next to it: two sweeps of the 3-4 chamfer.
 *
 * @param {Uint16Array} values
 * @param {number} width
 * @param {number} height
 * @returns {Uint8Array}
 */
function distances(values, width, height) {
  const out = new Uint8Array(values.length).fill(FAR);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const value = values[i];
      if (
        (x > 0 && values[i - 1] !== value) ||
        (x < width - 1 && values[i + 1] !== value) ||
        (y > 0 && values[i - width] !== value) ||
        (y < height - 1 && values[i + width] !== value)
      ) {
        out[i] = 0;
      }
    }
  }
  sweep(out, width, height, 1);
  sweep(out, width, height, -1);
  return out;
}

/**
 * @param {Uint8Array} out
 * @param {number} width
 * @param {number} height
 * @param {1 | -1} way  down and to the right, or back
 */
function sweep(out, width, height, way) {
  const first = way === 1 ? 0 : out.length - 1;
  const row = way * width;
  for (let y = 0, i = first; y < height; y++) {
    for (let x = 0; x < width; x++, i += way) {
      let best = out[i];
      if (best === 0) continue;
      if (x > 0) best = Math.min(best, out[i - way] + 3);
      if (y > 0) {
        best = Math.min(best, out[i - row] + 3);
        if (x > 0) best = Math.min(best, out[i - row - way] + 4);
        if (x < width - 1) best = Math.min(best, out[i - row + way] + 4);
      }
      out[i] = best;
    }
  }
}
