/** Scenes as pixels. */

import { colourTable } from "./colours.js";

/**
 * Return the layers, transparent where the photo is to be seen.
 *
 * @param {import("./scene.js").Scene} scene
 * @param {import("./types.js").View} view
 * @param {Map<number, import("./types.js").Label>} labels
 * @returns {ImageData}
 */
export function paintLayers(scene, view, labels) {
  const { width, height, map, lines } = scene;
  const table = colourTable(scene, view, labels);
  const count = scene.regions.length;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[lines[i] * count + map[i]];
  return image;
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {[HTMLCanvasElement, CanvasRenderingContext2D]}
 */
export function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  // Browsers give none where their memory for pictures is used up.
  if (!context) throw new Error("no canvas");
  return [canvas, context];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export function toPng(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no canvas"))), "image/png");
  });
}

/**
 * Return the photo upright and in the size asked for, or null where this browser cannot read it
 * (TIFF, HEIC): the server can all the same.
 *
 * @param {Blob} file
 * @param {number} width
 * @param {number} height
 * @returns {Promise<ImageBitmap | null>}
 */
export async function readPhoto(file, width, height) {
  try {
    return await createImageBitmap(file, {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: "high",
    });
  } catch {
    return null;
  }
}
