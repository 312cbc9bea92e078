/**
 * Files to take away. What is drawn is made here, as it is seen; formats of the API are asked for
 * from the API, so that there is one way to write each.
 */

import { parsePhoto } from "./api.js";
import { text } from "./i18n.js";
import { newCanvas, paintLayers, readPhoto, toPng } from "./painter.js";
import { buildScene, everything, isEverything, isSelected } from "./scene.js";
import { zip } from "./zip.js";

/** @typedef {import("./types.js").Item} Item */
/** @typedef {import("./types.js").ResultDocument} ResultDocument */
/** @typedef {import("./types.js").Selection} Selection */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {"overlay" | "cutouts" | "label-maps" | "json" | "coco"} Kind */
/** @typedef {{name: string, blob: Blob}} NamedBlob */

/** Phones draw nothing on larger canvases (4096 x 4096). */
const MAX_CANVAS_PIXELS = 16_777_216;

/**
 * @param {Kind} kind
 * @param {Item} item
 * @param {View} view
 * @param {Map<number, import("./types.js").Label>} labels
 */
export async function download(kind, item, view, labels) {
  const result = /** @type {ResultDocument} */ (item.document);
  const stem = item.file.name.replace(/\.[^.]*$/, "") || "photo";
  save(await make(kind, item, result, view, labels, stem));
}

/**
 * @param {Kind} kind
 * @param {Item} item
 * @param {ResultDocument} result
 * @param {View} view
 * @param {Map<number, import("./types.js").Label>} labels
 * @param {string} stem
 * @returns {Promise<NamedBlob>}
 */
async function make(kind, item, result, view, labels, stem) {
  switch (kind) {
    case "overlay":
      return { name: `${stem}.overlay.png`, blob: await overlay(item, result, view, labels) };
    case "cutouts":
      return cutouts(item, result, view.only, stem);
    case "json": {
      const blob = new Blob([JSON.stringify(result)], { type: "application/json" });
      return { name: `${stem}.json`, blob };
    }
    default: {
      const response = await parsePhoto(item.file, kind);
      const ending = kind === "coco" ? "coco.json" : "label-maps.zip";
      return { name: `${stem}.${ending}`, blob: await response.blob() };
    }
  }
}

/** @param {ResultDocument} result */
function fullScene(result) {
  const { width, height } = result.image;
  const shrink = Math.max(1, Math.sqrt((width * height) / MAX_CANVAS_PIXELS));
  return buildScene(result, Math.floor(Math.max(width, height) / shrink));
}

/**
 * @param {Item} item
 * @param {ResultDocument} result
 * @param {View} view
 * @param {Map<number, import("./types.js").Label>} labels
 */
async function overlay(item, result, view, labels) {
  const scene = fullScene(result);
  const photo = await readPhoto(item.file, scene.width, scene.height);
  // Where this browser cannot read the photo, the server's drawing is the only one there is.
  if (!photo) return (await parsePhoto(item.file, "overlay")).blob();
  const [canvas, context] = newCanvas(scene.width, scene.height);
  const [layers, pen] = newCanvas(scene.width, scene.height);
  pen.putImageData(paintLayers(scene, { ...view, pointed: everything() }, labels), 0, 0);
  context.drawImage(photo, 0, 0);
  context.drawImage(layers, 0, 0);
  photo.close();
  return toPng(canvas);
}

/**
 * One picture of what is selected, or one of each person.
 *
 * @param {Item} item
 * @param {ResultDocument} result
 * @param {Selection} only
 * @param {string} stem
 * @returns {Promise<NamedBlob>}
 */
async function cutouts(item, result, only, stem) {
  const scene = fullScene(result);
  const photo = await readPhoto(item.file, scene.width, scene.height);
  if (!photo) throw new Error(text("noPreview"));
  const wanted = isEverything(only)
    ? result.persons.map((person) => ({ person: person.id, label: null }))
    : [only];
  const pictures = [];
  for (const selection of wanted) {
    const blob = await cutout(photo, scene, selection);
    if (blob) pictures.push({ name: `${stem}.${nameOf(selection, result)}.png`, blob });
  }
  photo.close();
  if (pictures.length === 1) return pictures[0];
  return { name: `${stem}.cutouts.zip`, blob: await zip(pictures) };
}

/**
 * Return the selected pixels on nothing, cut to their box.
 *
 * @param {ImageBitmap} photo
 * @param {Scene} scene
 * @param {Selection} selection
 */
async function cutout(photo, scene, selection) {
  const wanted = scene.regions.map((region) => isSelected(region, selection));
  const box = boxOf(scene, wanted);
  if (!box) return null;
  const [left, top, width, height] = box;
  const [canvas, context] = newCanvas(width, height);
  context.drawImage(photo, -left, -top);
  const image = context.getImageData(0, 0, width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (wanted[scene.map[(top + y) * scene.width + left + x]]) continue;
      image.data.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 4);
    }
  }
  context.putImageData(image, 0, 0);
  return toPng(canvas);
}

/**
 * @param {Scene} scene
 * @param {boolean[]} wanted  of every region
 * @returns {import("./types.js").Box | null}
 */
function boxOf(scene, wanted) {
  let [left, top, right, bottom] = [scene.width, scene.height, -1, -1];
  for (let y = 0, i = 0; y < scene.height; y++) {
    for (let x = 0; x < scene.width; x++, i++) {
      if (!wanted[scene.map[i]]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}

/**
 * @param {Selection} selection
 * @param {ResultDocument} result
 */
function nameOf(selection, result) {
  const parts = [];
  if (selection.person !== null) parts.push(`person-${selection.person}`);
  if (selection.label !== null) {
    const segment = result.segments.find((other) => other.label_id === selection.label);
    parts.push(segment?.label ?? "other");
  }
  return parts.join(".");
}

/** @param {NamedBlob} file */
function save({ name, blob }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken hold of it by then; the address would keep the bytes.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
