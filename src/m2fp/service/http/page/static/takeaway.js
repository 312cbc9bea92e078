/** What can be taken away from the photo that is looked at: files, and code that does the same. */

import { byId } from "./dom.js";
import { download } from "./downloads.js";
import { shortcut, text } from "./i18n.js";
import { say, tell } from "./messages.js";
import { Problem } from "./problem.js";
import { snippet } from "./snippets.js";

/** @typedef {import("./types.js").Item} Item */
/** @typedef {import("./types.js").Label} Label */
/** @typedef {import("./types.js").View} View */
/** @typedef {{item: Item, view: View, labels: Map<number, Label>}} Shown */

const COPIED_MS = 1600;

/**
 * @param {() => Shown | null} shown
 * @param {() => void} onTongue  told when another programming language is chosen
 */
export function offer(shown, onTongue) {
  for (const button of byId("downloads", HTMLElement).querySelectorAll("button")) {
    button.addEventListener("click", () => downloadBy(button, shown()));
  }
  for (const input of document.querySelectorAll('input[name="tongue"]')) {
    input.addEventListener("change", onTongue);
  }
  byId("copy", HTMLButtonElement).addEventListener("click", copySnippet);
}

/** @param {string} name  of the photo */
export function writeSnippet(name) {
  const chosen = document.querySelector('input[name="tongue"]:checked');
  const tongue = chosen instanceof HTMLInputElement ? chosen.value : "curl";
  const code = snippet(/** @type {import("./snippets.js").Tongue} */ (tongue), name);
  byId("snippet", HTMLElement).textContent = code;
}

/**
 * @param {HTMLButtonElement} button
 * @param {Shown | null} shown
 */
async function downloadBy(button, shown) {
  if (!shown) return;
  const state = byId("download-state", HTMLElement);
  const kind = /** @type {import("./downloads.js").Kind} */ (button.dataset.kind);
  button.disabled = true;
  state.textContent = text("saving");
  try {
    await download(kind, shown.item, shown.view, shown.labels);
  } catch (error) {
    tell(text("saveFailed", reasonOf(error)));
  } finally {
    state.textContent = "";
    const lost = document.activeElement === document.body; // a disabled button has no focus
    button.disabled = false;
    if (lost) button.focus();
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  if (error instanceof Problem) return error.detail || error.code;
  return error instanceof Error ? error.message : String(error);
}

async function copySnippet() {
  const button = byId("copy", HTMLButtonElement);
  const code = byId("snippet", HTMLElement);
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = text("copied");
    say(text("copied"));
    setTimeout(() => (button.textContent = text("copy")), COPIED_MS);
  } catch {
    // No clipboard at plain http addresses: selected, it is one key away.
    getSelection()?.selectAllChildren(code);
    tell(text("copyByKey", shortcut("C")));
  }
}
