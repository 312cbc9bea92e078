/** The language of the page: the browser's at first, then what was chosen last. */

import { chinese } from "./strings/zh.js";
import { english } from "./strings/en.js";

/** @typedef {Exclude<keyof typeof english, "problems">} Key */

const STORED = "m2fp.language";

/** @type {"en" | "zh"} */
let current = initial();

function initial() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(STORED);
  } catch {
    // Storage may be forbidden; the page works without.
  }
  if (chosen === "en" || chosen === "zh") return chosen;
  const first = navigator.languages.find((name) => /^(en|zh)\b/i.test(name));
  return first?.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function strings() {
  return current === "zh" ? chinese : english;
}

/**
 * @param {Key} key
 * @param {...(string | number)} values
 * @returns {string}
 */
export function text(key, ...values) {
  return strings()[key].replace(/\{(\d)\}/g, (_, place) => String(values[Number(place)]));
}

/**
 * What happened, and what to do.
 *
 * @param {string} code
 * @returns {string[]}
 */
export function problemText(code) {
  const table = /** @type {Record<string, string[]>} */ (strings().problems);
  return Object.hasOwn(table, code) ? table[code] : table.other;
}

/** @param {{name: string, name_zh: string}} label */
export function nameOf(label) {
  return current === "zh" ? label.name_zh : label.name.replaceAll("-", " ");
}

/** @param {number} count */
export function countPeople(count) {
  if (count === 0) return text("peopleNone");
  return count === 1 ? text("peopleOne") : text("peopleMany", count);
}

/**
 * @param {number} part
 * @param {number} whole
 */
export function percent(part, whole) {
  const value = whole > 0 ? (100 * part) / whole : 0;
  return value > 0 && value < 1 ? text("under") : String(Math.round(value));
}

/**
 * @param {string} letter
 * @returns {string}  the key that does this on this machine
 */
export function shortcut(letter) {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? `⌘${letter}` : `Ctrl+${letter}`;
}

export function switchLanguage() {
  current = current === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(STORED, current);
  } catch {
    // As above.
  }
}

/** Write all texts that stand in the document itself. */
export function translatePage() {
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
  document.title = text("title");
  for (const target of document.querySelectorAll("[data-text]")) {
    target.textContent = text(/** @type {Key} */ (target.getAttribute("data-text")));
  }
  for (const target of document.querySelectorAll("[data-label]")) {
    target.setAttribute("aria-label", text(/** @type {Key} */ (target.getAttribute("data-label"))));
  }
  for (const target of document.querySelectorAll("[data-alt]")) {
    target.setAttribute("alt", text(/** @type {Key} */ (target.getAttribute("data-alt"))));
  }
}
