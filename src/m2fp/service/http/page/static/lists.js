/** The people and the parts of a result as rows: what there is, how much, and a way to pick it. */

import { labelColour, personColour } from "./colours.js";
import { element } from "./dom.js";
import { nameOf, percent, text } from "./i18n.js";
import { everything } from "./scene.js";

/** @typedef {import("./types.js").Label} Label */
/** @typedef {import("./types.js").ResultDocument} ResultDocument */
/** @typedef {import("./types.js").Selection} Selection */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./scene.js").Scene} Scene */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} colour
 * @property {number} share  0..1, for the bar
 * @property {string} figure
 * @property {string} meaning  of the figure, for the title and for screen readers
 * @property {boolean} picked
 * @property {Selection} selection
 */

/**
 * @param {ResultDocument} result
 * @param {View} view
 * @returns {Row[]}
 */
export function personRows(result, view) {
  const pixels = result.image.width * result.image.height;
  return result.persons.map((person) => {
    const share = percent(person.area, pixels);
    return {
      name: text("person", person.id),
      colour: personColour(person.id),
      share: person.area / pixels,
      figure: `${share} %`,
      meaning: `${text("share", share)}, ${text("score", person.score.toFixed(2))}`,
      picked: view.only.person === person.id,
      selection: { person: person.id, label: null },
    };
  });
}

/**
 * Parts of the person looked at, or of all, largest first.
 *
 * @param {Scene} scene
 * @param {View} view
 * @param {Map<number, Label>} labels
 * @returns {Row[]}
 */
export function partRows(scene, view, labels) {
  const { person } = view.only;
  /** @type {Map<number, number>} */
  const areas = new Map();
  let whole = 0;
  for (const region of scene.regions) {
    if (region.area === 0 || (person !== null && region.person !== person)) continue;
    areas.set(region.label, (areas.get(region.label) ?? 0) + region.area);
    whole += region.area;
  }
  // What has no part comes last, however large it is.
  const sorted = [...areas].sort(([a, left], [b, right]) => +!a - +!b || right - left);
  return sorted.map(([label, area]) => {
    const share = percent(area, whole);
    return {
      name: partName(label, labels),
      colour: labelColour(label, labels),
      share: area / whole,
      figure: `${share} %`,
      meaning: text(person === null ? "shareOfPeople" : "shareOfPerson", share),
      picked: view.only.label === label,
      selection: { person, label },
    };
  });
}

/**
 * @param {number} label
 * @param {Map<number, Label>} labels
 */
export function partName(label, labels) {
  const found = label === 0 ? undefined : labels.get(label);
  return found ? nameOf(found) : text("carried");
}

/**
 * Write rows into a list. The focus stays on its row, for the list is written anew at every pick.
 *
 * @param {HTMLElement} list
 * @param {Row[]} rows
 * @param {object} told
 * @param {(row: Row) => void} told.onPick
 * @param {(selection: Selection) => void} told.onPoint
 */
export function writeRows(list, rows, { onPick, onPoint }) {
  const focused = [...list.children].findIndex((row) => row.contains(document.activeElement));
  list.replaceChildren(...rows.map((row) => element("li", "", button(row, onPick, onPoint))));
  list.children[focused]?.querySelector("button")?.focus();
}

/**
 * @param {Row} row
 * @param {(row: Row) => void} onPick
 * @param {(selection: Selection) => void} onPoint
 */
function button(row, onPick, onPoint) {
  const chip = element("span", "chip");
  const bar = element("span", "share");
  chip.style.setProperty("--colour", row.colour);
  bar.style.setProperty("--colour", row.colour);
  bar.style.setProperty("--share", `${100 * row.share}%`);
  const figure = element("span", "figure", row.figure);
  const made = element("button", "row", chip, element("span", "row-name", row.name), bar, figure);
  made.type = "button";
  made.title = row.meaning;
  made.setAttribute("aria-label", `${row.name}, ${row.meaning}`);
  made.setAttribute("aria-pressed", String(row.picked));
  made.addEventListener("click", () => onPick(row));
  for (const name of /** @type {const} */ (["pointerenter", "focus"])) {
    made.addEventListener(name, () => onPoint(row.selection));
  }
  for (const name of /** @type {const} */ (["pointerleave", "blur"])) {
    made.addEventListener(name, () => onPoint(everything()));
  }
  return made;
}
