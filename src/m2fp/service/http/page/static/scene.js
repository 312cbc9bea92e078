/**
 * A result as one map: every pixel holds the number of a region, and a table says what a region is.
 * Colouring, hiding and pointing then only change a table of colours; the map stays.
 */

import { drawLines } from "./outlines.js";
import { paintMask } from "./rle.js";

/** @typedef {import("./types.js").ResultDocument} ResultDocument */
/** @typedef {import("./types.js").Selection} Selection */

/**
 * @typedef {object} Region  a part of a person, or what the person has without a part
 * @property {number} person  0 = nobody; some parts are nobody's: a shoe at the edge of the photo
 * @property {number} label  0 = no part
 * @property {number} area  in pixels of the photo
 *
 * @typedef {object} Scene
 * @property {number} width
 * @property {number} height
 * @property {number} step  pixels of the photo for one of the map
 * @property {Uint16Array} map  region of every pixel
 * @property {Uint8Array} lines  see outlines.js
 * @property {Region[]} regions  the first is where nobody is
 */

/** Larger ones cost phones more memory than their screens show. */
const SCREEN_SIDE = 2048;

/**
 * @param {ResultDocument} document
 * @param {number} [maxSide]
 * @returns {Scene}
 */
export function buildScene(document, maxSide = SCREEN_SIDE) {
  const { image, persons, segments } = document;
  const step = Math.ceil(Math.max(image.width, image.height) / maxSide);
  const width = Math.ceil(image.width / step);
  const height = Math.ceil(image.height / step);
  const map = new Uint16Array(width * height);
  /** @type {Region[]} */
  const regions = [{ person: 0, label: 0, area: 0 }];
  for (const person of persons) {
    const parts = segments.filter((segment) => segment.person_id === person.id);
    const rest = person.area - parts.reduce((sum, segment) => sum + segment.area, 0);
    paintMask(map, width, person.segmentation, step, regions.length);
    regions.push({ person: person.id, label: 0, area: rest });
  }
  for (const segment of segments) {
    paintMask(map, width, segment.segmentation, step, regions.length);
    regions.push({ person: segment.person_id, label: segment.label_id, area: segment.area });
  }
  const lines = drawLines(map, width, height, (region) => regions[region].person);
  return { width, height, step, map, lines, regions };
}

/** @param {Region} region */
export function isSomething(region) {
  return region.person !== 0 || region.label !== 0;
}

/**
 * Whether a region belongs to what is selected.
 *
 * @param {Region} region
 * @param {Selection} selection
 */
export function isSelected(region, selection) {
  return (
    isSomething(region) &&
    (selection.person === null || selection.person === region.person) &&
    (selection.label === null || selection.label === region.label)
  );
}

/** @param {Selection} selection */
export function isEverything(selection) {
  return selection.person === null && selection.label === null;
}

/** @returns {Selection} */
export function everything() {
  return { person: null, label: null };
}
