/** The photo with its layers: shows a scene, tells what the pointer is on. */

import { byId, show } from "./dom.js";
import { paintLayers, readPhoto } from "./painter.js";

/** @typedef {import("./scene.js").Region} Region */
/** @typedef {import("./scene.js").Scene} Scene */

/** Pixels between the pointer and the name over it. */
const TIP_DISTANCE = 14;

export class Stage {
  #frame = byId("frame", HTMLElement);
  #photo = byId("photo-canvas", HTMLCanvasElement);
  #layers = byId("layers-canvas", HTMLCanvasElement);
  #compare = byId("compare", HTMLInputElement);
  #tip = byId("tip", HTMLElement);
  /** @type {Scene | null} */
  #scene = null;
  #drawing = 0; // of the next picture of the screen
  #shown = 0; // photos asked for so far

  /**
   * @param {object} told
   * @param {(region: Region | null) => string} told.onPoint  returns the text of the tip
   * @param {(region: Region) => void} told.onPick
   * @param {() => void} told.onCompare
   */
  constructor({ onPoint, onPick, onCompare }) {
    this.#compare.addEventListener("input", () => {
      this.#wipe();
      onCompare();
    });
    const point = (/** @type {MouseEvent} */ event) =>
      this.#placeTip(onPoint(this.#regionAt(event)), event);
    this.#layers.addEventListener("pointermove", point);
    this.#layers.addEventListener("pointerleave", () => {
      onPoint(null);
      show(this.#tip, false);
    });
    this.#layers.addEventListener("click", (event) => {
      const region = this.#regionAt(event);
      if (region) onPick(region);
      point(event); // a finger does not move over it first
    });
    this.#wipe();
  }

  /**
   * Show a photo; answers whether this browser can. A later call wins over an earlier one.
   *
   * @param {Blob} file
   * @param {Scene} scene
   */
  async show(file, scene) {
    const turn = ++this.#shown;
    const photo = await readPhoto(file, scene.width, scene.height);
    if (turn !== this.#shown) {
      photo?.close();
      return true;
    }
    this.#scene = scene;
    for (const canvas of [this.#photo, this.#layers]) {
      canvas.width = scene.width;
      canvas.height = scene.height;
    }
    this.#frame.style.setProperty("--ratio", String(scene.width / scene.height));
    if (photo) this.#photo.getContext("2d")?.drawImage(photo, 0, 0);
    photo?.close();
    show(this.#frame, true);
    return photo !== null;
  }

  clear() {
    this.#shown++;
    this.#scene = null;
    show(this.#frame, false);
    show(this.#tip, false);
  }

  /**
   * Draw the layers before the next picture of the screen; of several calls the last one counts.
   *
   * @param {Scene} scene  the one shown
   * @param {import("./types.js").View} view
   * @param {Map<number, import("./types.js").Label>} labels
   */
  paint(scene, view, labels) {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => {
      if (scene !== this.#scene) return; // another photo was chosen meanwhile
      this.#layers.getContext("2d")?.putImageData(paintLayers(scene, view, labels), 0, 0);
    });
  }

  /** @param {string} label  what is to be seen, for those who do not */
  describe(label) {
    this.#layers.setAttribute("aria-label", label);
  }

  /** @param {string} value  spoken with the slider */
  describeCompare(value) {
    this.#compare.setAttribute("aria-valuetext", value);
  }

  get compared() {
    return this.#compare.valueAsNumber;
  }

  #wipe() {
    this.#frame.style.setProperty("--compare", `${this.#compare.value}%`);
    this.#frame.classList.toggle("whole", this.compared === 100);
  }

  /** @param {MouseEvent} event */
  #regionAt(event) {
    const scene = this.#scene;
    if (!scene) return null;
    const box = this.#layers.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * scene.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * scene.height);
    if (x < 0 || y < 0 || x >= scene.width || y >= scene.height) return null;
    return scene.regions[scene.map[y * scene.width + x]];
  }

  /**
   * @param {string} name
   * @param {MouseEvent} event
   */
  #placeTip(name, event) {
    show(this.#tip, name !== "");
    this.#tip.textContent = name;
    const box = this.#frame.getBoundingClientRect();
    const x = event.clientX - box.left;
    const half = this.#tip.offsetWidth / 2;
    const left = Math.min(Math.max(x, half), Math.max(half, box.width - half));
    const top = Math.max(event.clientY - box.top - TIP_DISTANCE - this.#tip.offsetHeight, 0);
    this.#tip.style.setProperty("left", `${left - half}px`);
    this.#tip.style.setProperty("top", `${top}px`);
  }
}
