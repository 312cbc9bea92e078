/** The photo that is looked at: what is in it, and how it is looked at. */

import { labelsOf } from "./api.js";
import { byId, show } from "./dom.js";
import { countPeople, text } from "./i18n.js";
import { partName, partRows, personRows, writeRows } from "./lists.js";
import { say } from "./messages.js";
import { hideNotice, showNotice } from "./notice.js";
import { Problem } from "./problem.js";
import { hasEnded } from "./queue.js";
import { buildScene, everything, isEverything, isSomething } from "./scene.js";
import { Stage } from "./stage.js";
import { writeSnippet } from "./takeaway.js";

/** @typedef {import("./types.js").Item} Item */
/** @typedef {import("./types.js").ResultDocument} ResultDocument */
/** @typedef {import("./types.js").Selection} Selection */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./scene.js").Region} Region */

/**
 * @typedef {object} Opened
 * @property {ResultDocument} result
 * @property {import("./scene.js").Scene} scene
 * @property {Map<number, import("./types.js").Label>} labels
 * @property {boolean} visible  whether this browser can show the photo itself
 */

export class Viewer {
  #stage = new Stage({
    onPoint: (region) => this.#pointAt(region),
    onPick: (region) => this.#pickRegion(region),
    onCompare: () => this.#describeCompare(),
  });
  /** @type {View} */
  #view = {
    opacity: 0.62,
    outlines: true,
    colourBy: "parts",
    only: everything(),
    pointed: everything(),
  };
  /** @type {Item | null} */
  #item = null;
  /** @type {Opened | null} */
  #opened = null;
  #onFail;
  #onRetry;

  /**
   * @param {object} told
   * @param {(item: Item) => void} told.onFail  of an item whose result cannot be shown
   * @param {(item: Item) => void} told.onRetry
   */
  constructor({ onFail, onRetry }) {
    this.#onFail = onFail;
    this.#onRetry = onRetry;
  }

  get item() {
    return this.#item;
  }

  /** What can be taken away. */
  get shown() {
    if (!this.#item || !this.#opened) return null;
    return { item: this.#item, view: this.#view, labels: this.#opened.labels };
  }

  /** @param {Item} item  one that was there already when its state has changed */
  async open(item) {
    if (item !== this.#item) this.#view = { ...this.#view, only: everything(), pointed: everything() };
    this.#item = item;
    byId("photo-name", HTMLElement).textContent = item.file.name;
    byId("photo-name", HTMLElement).title = item.file.name;
    const result = item.state === "done" ? item.document : null;
    if (!result) {
      this.#opened = null;
      this.#stage.clear();
      return this.write();
    }
    try {
      const labels = await labelsOf(result.scheme);
      if (item !== this.#item) return;
      const scene = buildScene(result);
      const visible = await this.#stage.show(item.file, scene);
      if (item !== this.#item) return;
      this.#opened = { result, scene, labels, visible };
    } catch (error) {
      item.problem = error instanceof Problem ? error : new Problem("unexpected", String(error));
      item.state = "failed";
      return this.#onFail(item);
    }
    this.write();
  }

  close() {
    this.#item = null;
    this.#opened = null;
    this.#stage.clear();
    hideNotice();
  }

  /** @param {Partial<Pick<View, "opacity" | "outlines" | "colourBy">>} change */
  change(change) {
    Object.assign(this.#view, change);
    this.write();
  }

  /** @param {Selection} selection */
  look(selection) {
    if (isEverything(selection) && isEverything(this.#view.only)) return;
    this.#view.only = selection;
    const name = this.#nameOf(selection);
    say(isEverything(selection) ? text("showAll") : text("onlyThis", name));
    this.write();
  }

  /** Write everything that depends on the result, the view or the language. */
  write() {
    const item = this.#item;
    if (!item) return;
    const some = this.#opened !== null && this.#opened.result.persons.length > 0;
    const work = byId("work", HTMLElement);
    // The photo shall not jump when its result comes: the place beside it is kept until there is
    // surely nothing to put there.
    work.classList.toggle("pending", !some);
    work.classList.toggle("alone", !some && hasEnded(item));
    work.dataset.colourBy = this.#view.colourBy;
    byId("opacity-value", HTMLOutputElement).textContent = `${Math.round(100 * this.#view.opacity)} %`;
    writeSnippet(item.file.name);
    if (some) hideNotice();
    else if (this.#opened || item.state !== "done") showNotice(item, this.#onRetry);
    if (this.#opened) this.#writeResult(this.#opened);
    else this.#writeNothing();
  }

  #writeNothing() {
    for (const id of ["photo-facts", "hint", "model", "people", "parts"]) {
      byId(id, HTMLElement).replaceChildren();
    }
    byId("parts-title", HTMLElement).textContent = text("parts");
  }

  /** @param {Opened} opened */
  #writeResult({ result, scene, labels, visible }) {
    const view = this.#view;
    const { width, height } = result.image;
    const people = countPeople(result.persons.length);
    const seconds = (result.timing.total_s ?? 0).toFixed(2);
    byId("photo-facts", HTMLElement).textContent =
      `${people} · ${text("facts", width, height, seconds)}`;
    byId("model", HTMLElement).textContent = `${result.model.name} · ${result.model.precision}`;

    const parts = partRows(scene, view, labels);
    const told = {
      onPick: (/** @type {import("./lists.js").Row} */ row) => this.#pickRow(row),
      onPoint: (/** @type {Selection} */ selection) => this.#point(selection),
    };
    writeRows(byId("people", HTMLElement), personRows(result, view), told);
    writeRows(byId("parts", HTMLElement), parts, told);
    const { person } = view.only;
    byId("parts-title", HTMLElement).textContent =
      person === null ? text("parts") : text("partsOf", person);
    show(byId("show-all", HTMLElement), !isEverything(view.only));
    byId("hint", HTMLElement).textContent = [
      result.persons.length ? this.#hint() : "",
      visible ? "" : text("noPreview"),
      ...result.warnings.map((warning) => text("warning", warning.message)),
    ].filter(Boolean).join(" · ");
    byId("cutouts-what", HTMLElement).textContent = isEverything(view.only)
      ? text("saveCutoutsAll")
      : text("saveCutoutsOnly", this.#nameOf(view.only));
    this.#stage.describe(text("resultLabel", [people, ...parts.map((row) => row.name)].join(", ")));
    this.#describeCompare();
    this.#stage.paint(scene, view, labels);
  }

  #hint() {
    if (matchMedia("(pointer: coarse)").matches) return text("hintTouch");
    return isEverything(this.#view.only) ? text("hintAll") : text("hintPerson");
  }

  #describeCompare() {
    this.#stage.describeCompare(text("comparePercent", this.#stage.compared));
  }

  /** @param {Selection} selection */
  #nameOf({ person, label }) {
    const parts = [];
    if (person !== null) parts.push(text("person", person));
    if (label !== null && this.#opened) parts.push(partName(label, this.#opened.labels));
    return parts.join(" · ");
  }

  /**
   * @param {Region | null} region
   * @returns {string}  its name
   */
  #pointAt(region) {
    const selection = region && isSomething(region)
      ? { person: region.person || null, label: region.label }
      : everything();
    this.#point(selection);
    return this.#nameOf(selection);
  }

  /** @param {Selection} selection */
  #point(selection) {
    const { pointed } = this.#view;
    if (selection.person === pointed.person && selection.label === pointed.label) return;
    this.#view.pointed = selection;
    if (this.#opened) this.#stage.paint(this.#opened.scene, this.#view, this.#opened.labels);
  }

  /**
   * A click goes one step deeper: from all to a person, from the person to a part, and out again.
   *
   * @param {Region} region
   */
  #pickRegion({ person, label }) {
    const { only } = this.#view;
    if (person === 0) this.look(label === 0 ? everything() : { person: null, label });
    else if (only.person !== person) this.look({ person, label: null });
    else if (only.label !== label) this.look({ person, label });
    else this.look({ person, label: null });
  }

  /** @param {import("./lists.js").Row} row */
  #pickRow(row) {
    const { person, label } = row.selection;
    if (!row.picked) this.look(row.selection);
    else this.look(label === null ? everything() : { person, label: null });
  }
}
