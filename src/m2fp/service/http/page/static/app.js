/** The page: what is there, what is looked at, and what follows when either changes. */

import { labelsOf } from "./api.js";
import { takePhotos } from "./camera.js";
import { byId, show } from "./dom.js";
import { download } from "./downloads.js";
import { countPeople, switchLanguage, text, translatePage } from "./i18n.js";
import { takeIn } from "./intake.js";
import { partName, partRows, personRows, writeRows } from "./lists.js";
import { hideNotice, showNotice } from "./notice.js";
import { Problem } from "./problem.js";
import { ParseQueue } from "./queue.js";
import { buildScene, everything, isEverything, isSomething } from "./scene.js";
import { snippet } from "./snippets.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";

/** @typedef {import("./types.js").Item} Item */
/** @typedef {import("./types.js").ResultDocument} ResultDocument */
/** @typedef {import("./types.js").Selection} Selection */
/** @typedef {import("./scene.js").Region} Region */

/** @type {import("./types.js").View} */
const view = {
  opacity: 0.62,
  outlines: true,
  colourBy: "parts",
  only: everything(),
  pointed: everything(),
};
/** @type {Item[]} */
const items = [];
/** @type {Item | null} */
let current = null;
/** @type {{result: ResultDocument, scene: import("./scene.js").Scene,
 *   labels: Map<number, import("./types.js").Label>, visible: boolean} | null} */
let opened = null;
let nextId = 1;

const queue = new ParseQueue(itemChanged);
const strip = new Strip(choose);
const stage = new Stage({ onPoint: pointAt, onPick: pickRegion });

// --- photos ---

/** @param {File[]} files */
function addFiles(files) {
  if (!files.length) return say(text("notPictures"));
  const fresh = files.map(newItem);
  items.push(...fresh);
  fresh.forEach((item) => strip.add(item));
  show(byId("welcome", HTMLElement), false);
  show(byId("work", HTMLElement), true);
  show(byId("add", HTMLElement), true);
  choose(fresh[0]);
  queue.add(fresh);
}

/**
 * @param {File} file
 * @returns {Item}
 */
function newItem(file) {
  const url = URL.createObjectURL(file);
  const [document, problem] = [null, null];
  return { id: nextId++, file, url, state: "queued", document, problem, waitSeconds: 0 };
}

/** @param {Item} item */
function itemChanged(item) {
  if (!items.includes(item)) return; // removed meanwhile
  strip.mark(item, current);
  strip.count(items);
  if (item !== current) return;
  openCurrent();
  if (item.state === "done" || item.state === "failed") say(`${item.file.name}: ${saidOf(item)}`);
}

/** @param {Item} item */
function saidOf(item) {
  return item.document ? countPeople(item.document.persons.length) : text("failed");
}

/** @param {Item} item */
function choose(item) {
  const before = current;
  current = item;
  if (before) strip.mark(before, current);
  strip.mark(item, current);
  strip.reveal(item);
  view.only = everything();
  view.pointed = everything();
  openCurrent();
}

/** @param {Item} item */
function retry(item) {
  // A key or a rested server helps all that failed for the same reason.
  const code = item.problem?.code;
  const alike = items.filter((other) => other.state === "failed" && other.problem?.code === code);
  queue.add(item.state === "failed" ? alike : [item]);
}

function removeAll() {
  queue.stop();
  for (const item of items.splice(0)) URL.revokeObjectURL(item.url);
  strip.clear();
  current = null;
  opened = null;
  stage.clear();
  hideNotice();
  show(byId("work", HTMLElement), false);
  show(byId("add", HTMLElement), false);
  show(byId("welcome", HTMLElement), true);
  byId("choose", HTMLElement).focus();
}

// --- the photo that is looked at ---

async function openCurrent() {
  const item = current;
  if (!item) return;
  byId("photo-name", HTMLElement).textContent = item.file.name;
  const result = item.document;
  if (!result || item.state !== "done") {
    opened = null;
    stage.clear();
    write();
    return showNotice(item, retry);
  }
  try {
    const labels = await labelsOf(result.scheme);
    if (item !== current) return;
    const scene = buildScene(result);
    const visible = await stage.show(item.file, scene);
    if (item !== current) return;
    opened = { result, scene, labels, visible };
  } catch (error) {
    if (item !== current) return;
    item.problem = error instanceof Problem ? error : new Problem("unexpected", String(error));
    item.state = "failed";
    opened = null;
    stage.clear();
    strip.mark(item, current);
    strip.count(items);
    write();
    return showNotice(item, retry);
  }
  if (result.persons.length) hideNotice();
  else showNotice(item, retry);
  write();
}

/** Write everything that depends on the result or on the view. */
function write() {
  const some = opened !== null && opened.result.persons.length > 0;
  // They keep their places: the photo shall not jump when its result comes.
  for (const id of ["panel", "tools"]) byId(id, HTMLElement).classList.toggle("empty", !some);
  const ended = current !== null && ["done", "failed", "stopped"].includes(current.state);
  byId("work", HTMLElement).classList.toggle("alone", ended && !some);
  if (!opened || !current) {
    for (const id of ["photo-facts", "hint", "model", "people", "parts"]) {
      byId(id, HTMLElement).replaceChildren();
    }
    byId("parts-title", HTMLElement).textContent = text("parts");
    byId("snippet", HTMLElement).textContent = current ? snippet(tongue(), current.file.name) : "";
    return;
  }
  const { result, scene, labels, visible } = opened;
  const { width, height } = result.image;
  const people = countPeople(result.persons.length);
  const seconds = (result.timing.total_s ?? 0).toFixed(2);
  byId("photo-facts", HTMLElement).textContent =
    `${people} · ${text("facts", width, height, seconds)}`;
  byId("model", HTMLElement).textContent = `${result.model.name} · ${result.model.precision}`;
  stage.describe(text("resultLabel", [people, ...names()].join(", ")));
  stage.describeCompare(text("comparePercent", stage.compared));

  const told = { onPick: pickRow, onPoint: pointAtSelection };
  writeRows(byId("people", HTMLElement), personRows(result, view), told);
  writeRows(byId("parts", HTMLElement), partRows(scene, view, labels), told);
  const { person } = view.only;
  byId("parts-title", HTMLElement).textContent =
    person === null ? text("parts") : text("partsOf", person);
  show(byId("show-all", HTMLElement), !isEverything(view.only));
  byId("hint", HTMLElement).textContent = [
    some ? hint() : "",
    visible ? "" : text("noPreview"),
    ...result.warnings.map((warning) => text("warning", warning.message)),
  ].filter(Boolean).join(" · ");
  byId("cutouts-what", HTMLElement).textContent = isEverything(view.only)
    ? text("saveCutoutsAll")
    : text("saveCutoutsOnly", nameOfSelection(view.only));
  byId("opacity-value", HTMLOutputElement).textContent = `${Math.round(100 * view.opacity)} %`;
  byId("snippet", HTMLElement).textContent = snippet(tongue(), current.file.name);
  stage.paint(view, labels);
}

function hint() {
  if (matchMedia("(pointer: coarse)").matches) return text("hintTouch");
  return isEverything(view.only) ? text("hintAll") : text("hintPerson");
}

function names() {
  if (!opened) return [];
  return partRows(opened.scene, view, opened.labels).map((row) => row.name);
}

function tongue() {
  const chosen = /** @type {HTMLInputElement | null} */ (
    document.querySelector('input[name="tongue"]:checked')
  );
  return /** @type {import("./snippets.js").Tongue} */ (chosen?.value ?? "curl");
}

// --- pointing and picking ---

/** @param {Selection} selection */
function nameOfSelection({ person, label }) {
  const parts = [];
  if (person !== null) parts.push(text("person", person));
  if (label !== null && opened) parts.push(partName(label, opened.labels));
  return parts.join(" · ");
}

/**
 * @param {Region | null} region
 * @returns {string}
 */
function pointAt(region) {
  const selection = region && isSomething(region)
    ? { person: region.person || null, label: region.label }
    : everything();
  pointAtSelection(selection);
  return nameOfSelection(selection);
}

/** @param {Selection | null} selection */
function pointAtSelection(selection) {
  const next = selection ?? everything();
  if (next.person === view.pointed.person && next.label === view.pointed.label) return;
  view.pointed = next;
  if (opened) stage.paint(view, opened.labels);
}

/**
 * A click goes one step deeper: from all to a person, from the person to a part, and out again.
 *
 * @param {Region} region
 */
function pickRegion({ person, label }) {
  if (person === 0) look(label === 0 ? everything() : { person: null, label });
  else if (view.only.person !== person) look({ person, label: null });
  else if (view.only.label !== label) look({ person, label });
  else look({ person, label: null });
}

/** @param {import("./lists.js").Row} row */
function pickRow(row) {
  const { person, label } = row.selection;
  if (!row.picked) look(row.selection);
  else look(label === null ? everything() : { person, label: null });
}

/** @param {Selection} selection */
function look(selection) {
  view.only = selection;
  say(isEverything(selection) ? text("showAll") : text("onlyThis", nameOfSelection(selection)));
  write();
}

/** @param {string} words  for screen readers */
function say(words) {
  byId("said", HTMLElement).textContent = words;
}

// --- controls ---

/** @param {HTMLButtonElement} button */
async function downloadBy(button) {
  if (!current || !opened) return;
  const state = byId("download-state", HTMLElement);
  const kind = /** @type {Parameters<typeof download>[0]} */ (button.dataset.kind);
  button.disabled = true;
  state.textContent = text("saving");
  try {
    await download(kind, current, view, opened.labels);
    state.textContent = "";
  } catch (error) {
    const reason = error instanceof Problem ? error.detail || error.code : String(error);
    state.textContent = text("saveFailed", reason);
  } finally {
    button.disabled = false;
  }
}

async function copySnippet() {
  const button = byId("copy", HTMLButtonElement);
  const code = byId("snippet", HTMLElement);
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = text("copied");
    say(text("copied"));
    setTimeout(() => (button.textContent = text("copy")), 1600);
  } catch {
    // No clipboard at plain http addresses: selected, it is one key away.
    getSelection()?.selectAllChildren(code);
  }
}

async function tryExample() {
  const button = byId("example", HTMLButtonElement);
  button.disabled = true;
  try {
    const response = await fetch("page/example.jpg");
    addFiles([new File([await response.blob()], "group.jpg", { type: "image/jpeg" })]);
  } finally {
    button.disabled = false;
  }
}

function writeLanguage() {
  translatePage();
  const button = byId("language", HTMLButtonElement);
  button.textContent = text("languageName");
  button.setAttribute("aria-label", text("languageLabel"));
  items.forEach((item) => strip.mark(item, current));
  strip.count(items);
  if (current && !byId("notice", HTMLElement).hidden) showNotice(current, retry);
  write();
}

/**
 * @param {string} id
 * @param {() => void} action
 */
function onClick(id, action) {
  byId(id, HTMLButtonElement).addEventListener("click", action);
}

takeIn(addFiles);
takePhotos(addFiles);
onClick("example", tryExample);
onClick("stop", () => queue.stop());
onClick("remove-all", removeAll);
onClick("show-all", () => look(everything()));
onClick("copy", copySnippet);
onClick("language", () => {
  switchLanguage();
  writeLanguage();
});
byId("opacity", HTMLInputElement).addEventListener("input", (event) => {
  view.opacity = /** @type {HTMLInputElement} */ (event.target).valueAsNumber / 100;
  write();
});
byId("outlines", HTMLInputElement).addEventListener("change", (event) => {
  view.outlines = /** @type {HTMLInputElement} */ (event.target).checked;
  write();
});
stage.onCompare(() => stage.describeCompare(text("comparePercent", stage.compared)));
for (const input of document.querySelectorAll('input[name="colour-by"]')) {
  input.addEventListener("change", () => {
    view.colourBy = /** @type {HTMLInputElement} */ (input).value === "people" ? "people" : "parts";
    write();
  });
}
for (const input of document.querySelectorAll('input[name="tongue"]')) {
  input.addEventListener("change", write);
}
for (const button of byId("downloads", HTMLElement).querySelectorAll("button")) {
  button.addEventListener("click", () => downloadBy(button));
}
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !isEverything(view.only)) look(everything());
});
writeLanguage();
