/**
 * Small pictures of photos, for those in sight and one at a time: a camera's photo takes a hundred
 * megabytes while it is decoded, and an <img> of it keeps them.
 */

const THUMB_WIDTH = 168;
const THUMB_HEIGHT = 128;

export class Thumbnails {
  /** @type {WeakMap<Element, File>} */
  #files = new WeakMap();
  #observer;
  #last = Promise.resolve();

  /** @param {HTMLElement} root  in which they are scrolled */
  constructor(root) {
    this.#observer = new IntersectionObserver((entries) => this.#see(entries), {
      root,
      rootMargin: "300px",
    });
  }

  /**
   * @param {File} file
   * @returns {HTMLCanvasElement}  which is drawn when it comes into sight
   */
  of(file) {
    const canvas = document.createElement("canvas");
    canvas.width = THUMB_WIDTH;
    canvas.height = THUMB_HEIGHT;
    this.#files.set(canvas, file);
    this.#observer.observe(canvas);
    return canvas;
  }

  clear() {
    this.#observer.disconnect();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      const file = this.#files.get(target);
      if (!isIntersecting || !file || !(target instanceof HTMLCanvasElement)) continue;
      this.#observer.unobserve(target);
      this.#last = this.#last.then(() => draw(file, target));
    }
  }
}

/**
 * Fill the canvas with the middle of the photo.
 *
 * @param {File} file
 * @param {HTMLCanvasElement} canvas
 */
async function draw(file, canvas) {
  if (!canvas.isConnected) return; // taken away meanwhile
  try {
    const size = { resizeHeight: 2 * THUMB_HEIGHT, resizeQuality: /** @type {const} */ ("medium") };
    const photo = await createImageBitmap(file, size);
    const scale = Math.max(THUMB_WIDTH / photo.width, THUMB_HEIGHT / photo.height);
    const [width, height] = [photo.width * scale, photo.height * scale];
    const [left, top] = [(THUMB_WIDTH - width) / 2, (THUMB_HEIGHT - height) / 2];
    canvas.getContext("2d")?.drawImage(photo, left, top, width, height);
    photo.close();
  } catch {
    // Not every browser reads every kind of photo; its name is there for all.
  }
}
