/** All photos of this visit as small pictures, with what has become of each. */

import { byId, element, show } from "./dom.js";
import { countPeople, text } from "./i18n.js";
import { hasEnded } from "./queue.js";
import { Thumbnails } from "./thumbnails.js";

/** @typedef {import("./types.js").Item} Item */

export class Strip {
  #list = byId("thumbs", HTMLElement);
  /** @type {Map<Item, HTMLButtonElement>} */
  #buttons = new Map();
  #thumbnails = new Thumbnails(this.#list);
  #onChoose;

  /** @param {(item: Item) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
  }

  /** @param {Item} item */
  add(item) {
    const picture = this.#thumbnails.of(item.file);
    const made = element("button", "thumb", picture, element("span", "thumb-state"));
    made.type = "button";
    made.addEventListener("click", () => this.#onChoose(item));
    this.#buttons.set(item, made);
    this.#list.append(element("li", "", made));
  }

  clear() {
    this.#buttons.clear();
    this.#thumbnails.clear();
    this.#list.replaceChildren();
  }

  /**
   * @param {Item} item
   * @param {Item | null} current
   */
  mark(item, current) {
    const made = this.#buttons.get(item);
    if (!made) return;
    made.dataset.state = item.state;
    made.setAttribute("aria-label", text("photoOf", item.file.name, stateText(item)));
    made.title = item.file.name;
    if (item === current) made.setAttribute("aria-current", "true");
    else made.removeAttribute("aria-current");
  }

  /** @param {Item} item */
  reveal(item) {
    this.#buttons.get(item)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {Item[]} items */
  count(items) {
    const failed = items.filter((item) => item.state === "failed").length;
    const ended = items.filter(hasEnded).length;
    const progress = byId("progress", HTMLProgressElement);
    progress.max = Math.max(1, items.length);
    progress.value = ended;
    const done = items.filter((item) => item.state === "done").length;
    byId("progress-text", HTMLElement).textContent = failed
      ? text("progressFailed", done, items.length, failed)
      : text("progress", done, items.length);
    show(byId("stop", HTMLElement), ended < items.length);
    show(byId("strip", HTMLElement), items.length > 1);
    byId("work", HTMLElement).classList.toggle("many", items.length > 1);
  }
}

/** @param {Item} item */
export function stateText(item) {
  if (item.state === "done" && item.document) return countPeople(item.document.persons.length);
  if (item.state === "waiting") return text("waiting", item.waitSeconds);
  return text(item.state);
}
