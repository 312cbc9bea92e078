/** Ways for photos to come in: dropped, pasted, chosen. */

import { byId, show } from "./dom.js";

/** @param {(files: File[]) => void} onFiles  gets files that may be pictures, or none */
export function takeIn(onFiles) {
  const input = byId("files", HTMLInputElement);
  for (const id of ["choose", "add"]) {
    byId(id, HTMLButtonElement).addEventListener("click", () => input.click());
  }
  input.addEventListener("change", () => {
    onFiles(pictures(input.files ?? []));
    input.value = ""; // the same file may be chosen again
  });
  addEventListener("paste", (event) => {
    const files = pictures(event.clipboardData?.files ?? []);
    if (files.length) onFiles(files);
  });
  watchDrops(onFiles);
}

/** @param {(files: File[]) => void} onFiles */
function watchDrops(onFiles) {
  const veil = byId("drop-veil", HTMLElement);
  let depth = 0; // every element under the pointer tells of its own entering and leaving
  /** @param {DragEvent} event */
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth++;
    show(veil, true);
  });
  addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(veil, false);
  });
  addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault(); // or the browser would open the file
  });
  addEventListener("drop", (event) => {
    if (!event.dataTransfer || !holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(veil, false);
    onFiles(pictures(event.dataTransfer.files));
  });
}

/**
 * Return what may be pictures. Browsers do not know every kind (HEIC has none on most), so only what
 * is surely something else is left out; the server looks inside.
 *
 * @param {Iterable<File>} files
 */
function pictures(files) {
  return [...files].filter((file) => file.type === "" || file.type.startsWith("image/"));
}
