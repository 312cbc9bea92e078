/** COCO's run-length masks: read column by column, zeros first. */

/** @typedef {import("./types.js").Rle} Rle */

/**
 * Return the runs of a mask. A count comes in groups of five bits, lowest first, bit 6 = "more
 * follows"; from the fourth on it is the difference to the count two places earlier.
 *
 * @param {string} text
 * @returns {number[]}
 */
export function readCounts(text) {
  const counts = [];
  let place = 0;
  while (place < text.length) {
    let value = 0;
    let shift = 0;
    let group;
    do {
      group = text.charCodeAt(place++) - 48;
      value += (group & 0x1f) * 2 ** shift; // not <<: that is for 32 bits
      shift += 5;
    } while (group & 0x20);
    if (group & 0x10) value -= 2 ** shift;
    if (counts.length > 2) value += counts[counts.length - 2];
    counts.push(value);
  }
  return counts;
}

/**
 * Write `value` wherever the mask is, into a map that holds every `step`-th row and column.
 *
 * @param {Uint16Array} map  row by row
 * @param {number} width  of the map
 * @param {Rle} rle
 * @param {number} step
 * @param {number} value
 */
export function paintMask(map, width, rle, step, value) {
  const height = rle.size[0];
  let start = 0;
  let inside = false;
  for (const count of readCounts(rle.counts)) {
    if (inside) paintRun(map, width, height, start, start + count, step, value);
    start += count;
    inside = !inside;
  }
}

/**
 * @param {Uint16Array} map
 * @param {number} width
 * @param {number} height  of the mask
 * @param {number} start
 * @param {number} end
 * @param {number} step
 * @param {number} value
 */
function paintRun(map, width, height, start, end, step, value) {
  while (start < end) {
    const x = Math.floor(start / height);
    const top = start - x * height;
    const bottom = Math.min(height, top + end - start);
    if (x % step === 0) {
      const column = x / step;
      for (let row = Math.ceil(top / step); row * step < bottom; row++) {
        map[row * width + column] = value;
      }
    }
    start += bottom - top;
  }
}
