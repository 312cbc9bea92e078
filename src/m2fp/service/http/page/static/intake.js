/** Ways for photos to come in: dropped, pasted, chosen. */

import { byId, show } from "./dom.js";
import { text } from "./i18n.js";
import { tell } from "./messages.js";

/** @param {(files: File[]) => void} onFiles  gets at least one file that may be a picture */
export function takeIn(onFiles) {
  /** @param {Iterable<File>} files */
  const take = (files) => {
    const all = [...files];
    const kept = all.filter(mayBePicture);
    const left = all.filter((file) => !kept.includes(file));
    if (left.length === 1) tell(text("leftOutOne", left[0].name));
    else if (left.length) tell(text("leftOutMany", left.length));
    if (kept.length) onFiles(kept);
  };
  const input = byId("files", HTMLInputElement);
  for (const id of ["choose", "add"]) {
    byId(id, HTMLButtonElement).addEventListener("click", () => input.click());
  }
  input.addEventListener("change", () => {
    take(input.files ?? []);
    input.value = ""; // the same file may be chosen again
  });
  addEventListener("paste", (event) => take(event.clipboardData?.files ?? []));
  watchDrops(take);
}

/** @param {(files: File[]) => void} onDrop */
function watchDrops(onDrop) {
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
  addEventListener("drop", async (event) => {
    if (!event.dataTransfer || !holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(veil, false);
    onDrop(await droppedFiles(event.dataTransfer));
  });
}

/**
 * Return the files of a drop with those in its folders.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
async function droppedFiles(transfer) {
  // Both are there during the event only, so they are asked for before anything is waited for.
  const files = [...transfer.files];
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some((entry) => entry.isDirectory)) return files;
  return (await Promise.all(entries.map(filesIn))).flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function filesIn(entry) {
  if (entry.isFile) {
    if (entry.name.startsWith(".")) return []; // notes of file managers
    const { file } = /** @type {FileSystemFileEntry} */ (entry);
    return [await new Promise((resolve, reject) => file.call(entry, resolve, reject))];
  }
  const files = [];
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const inner of some) files.push(...(await filesIn(inner)));
  }
}

/**
 * Browsers do not know every kind of picture (HEIC has no type on most), so only what is surely
 * something else is left out; the server looks inside.
 *
 * @param {File} file
 */
function mayBePicture(file) {
  return file.type === "" || file.type.startsWith("image/");
}
