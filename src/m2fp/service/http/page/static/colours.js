/** The colour of every region, with and without a line on it, for one way of looking at a scene. */

import { Line, LINE_KINDS } from "./outlines.js";
import { isEverything, isSelected } from "./scene.js";

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./scene.js").Scene} Scene */

/** Neighbours in the list differ most, as neighbours in a photo have neighbouring numbers. */
const PEOPLE = [
  "#e0693f", "#2f8f9d", "#d9a521", "#7a5bb5", "#4f9a4c",
  "#d2568c", "#3f73c9", "#a3763d", "#5fb7a0", "#9a4a5c",
];
const CARRIED = "#8d9299";

/** @param {number} person */
export function personColour(person) {
  return PEOPLE[(person - 1) % PEOPLE.length];
}

/**
 * @param {number} label
 * @param {Map<number, import("./types.js").Label>} labels
 */
export function labelColour(label, labels) {
  return (label !== 0 && labels.get(label)?.colour) || CARRIED;
}

/**
 * Return `table[line * regions + region]`, each in the byte order of canvas pixels.
 *
 * @param {Scene} scene
 * @param {View} view
 * @param {Map<number, import("./types.js").Label>} labels
 * @returns {Uint32Array}
 */
export function colourTable(scene, view, labels) {
  const count = scene.regions.length;
  const table = new Uint32Array(LINE_KINDS * count);
  const veil = isEverything(view.only) ? 0 : pixel([14, 17, 22], 0.66);
  // Where it is all that is seen, nothing would stand out.
  const { pointed: at, only } = view;
  const stands = !isEverything(at) && (at.person !== only.person || at.label !== only.label);
  scene.regions.forEach((region, index) => {
    const seen = isSelected(region, view.only);
    const pointed = stands && isSelected(region, view.pointed);
    const hex = view.colourBy === "people" && region.person
      ? personColour(region.person)
      : labelColour(region.label, labels);
    const opacity = pointed ? Math.min(1, view.opacity + 0.28) : view.opacity;
    const fill = seen ? pixel(rgb(hex), opacity) : veil;
    const lined = seen && view.outlines;
    table[Line.NONE * count + index] = fill;
    table[Line.PART * count + index] = lined ? pixel([255, 255, 255], pointed ? 1 : 0.6) : fill;
    table[Line.WHITE * count + index] = lined ? pixel([255, 255, 255], 1) : fill;
    table[Line.DARK * count + index] = lined ? pixel([18, 20, 24], 0.85) : fill;
  });
  return table;
}

/**
 * @param {string} hex  #rrggbb
 * @returns {[number, number, number]}
 */
function rgb(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Canvas wants red, green, blue, alpha in memory; every processor that browsers run on stores the
 * lowest byte of a number first.
 *
 * @param {[number, number, number]} colour
 * @param {number} alpha  0..1
 */
function pixel([red, green, blue], alpha) {
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
