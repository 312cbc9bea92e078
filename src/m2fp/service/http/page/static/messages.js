/** Short messages: all are read out, some are shown for a while too. */

import { byId } from "./dom.js";

const SHOWN_MS = 6000;
let timer = 0;

/** @param {string} words  for screen readers: what everybody else sees happen */
export function say(words) {
  byId("said", HTMLElement).textContent = words;
}

/** @param {string} words  for everybody */
export function tell(words) {
  const toast = byId("toast", HTMLElement);
  toast.textContent = words;
  clearTimeout(timer);
  timer = setTimeout(() => (toast.textContent = ""), SHOWN_MS);
}
