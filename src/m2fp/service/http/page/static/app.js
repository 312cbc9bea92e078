/** The page: the photos of this visit, and what follows when something becomes of them. */

import { takePhotos } from "./camera.js";
import { byId, show } from "./dom.js";
import { countPeople, shortcut, switchLanguage, text, translatePage } from "./i18n.js";
import { takeIn } from "./intake.js";
import { say, tell } from "./messages.js";
import { hasEnded, ParseQueue } from "./queue.js";
import { everything } from "./scene.js";
import { Strip } from "./strip.js";
import { offer } from "./takeaway.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./types.js").Item} Item */

/** @type {Item[]} */
const items = [];
let nextId = 1;

const queue = new ParseQueue(itemChanged);
const strip = new Strip(choose);
const viewer = new Viewer({ onFail: itemChanged, onRetry: retry });

// --- photos ---

/** @param {File[]} files  at least one */
function addFiles(files) {
  const fresh = files.map(newItem);
  items.push(...fresh);
  fresh.forEach((item) => strip.add(item));
  goToPhotos();
  choose(fresh[0]);
  queue.add(fresh);
}

/**
 * @param {File} file
 * @returns {Item}
 */
function newItem(file) {
  return {
    id: nextId++,
    file,
    url: URL.createObjectURL(file),
    state: "queued",
    document: null,
    problem: null,
    waitSeconds: 0,
  };
}

/** @param {Item} item */
function itemChanged(item) {
  if (!items.includes(item)) return; // removed meanwhile
  strip.mark(item, viewer.item);
  strip.count(items);
  if (item !== viewer.item) return;
  viewer.open(item);
  if (item.state === "done" || item.state === "failed") say(`${item.file.name}: ${saidOf(item)}`);
}

/** @param {Item} item */
function saidOf(item) {
  return item.document ? countPeople(item.document.persons.length) : text("failed");
}

/** @param {Item} item */
function choose(item) {
  const before = viewer.item;
  viewer.open(item);
  if (before) strip.mark(before, item);
  strip.mark(item, item);
  strip.reveal(item);
}

/** @param {Item} item */
function retry(item) {
  // A key or a rested server helps all that failed for the same reason.
  const code = item.problem?.code;
  const alike = items.filter((other) => other.state === "failed" && other.problem?.code === code);
  queue.add(item.state === "failed" ? alike : [item]);
  focusMain(); // what was pressed is gone
}

function removeAll() {
  queue.stop();
  for (const item of items.splice(0)) URL.revokeObjectURL(item.url);
  strip.clear();
  viewer.close();
  goToWelcome();
  byId("choose", HTMLElement).focus();
}

async function tryExample() {
  const button = byId("example", HTMLButtonElement);
  button.disabled = true;
  try {
    const response = await fetch("page/example.jpg");
    addFiles([new File([await response.blob()], "group.jpg", { type: "image/jpeg" })]);
  } catch {
    tell(text("noExample"));
  } finally {
    button.disabled = false;
  }
}

// --- the two places of the page, between which the browser's back and forward lead ---

function goToPhotos() {
  const away = byId("work", HTMLElement).hidden;
  if (!history.state?.photos) history.pushState({ photos: true }, "");
  showPlace();
  if (away) focusMain();
}

function goToWelcome() {
  if (history.state?.photos) history.pushState(null, "");
  showPlace();
}

function showPlace() {
  const photos = items.length > 0 && history.state?.photos === true;
  show(byId("welcome", HTMLElement), !photos);
  show(byId("work", HTMLElement), photos);
  show(byId("add", HTMLElement), photos);
  show(byId("return", HTMLElement), items.length > 0 && !photos);
}

/** Where the keyboard goes on from when the button that had it is gone. */
function focusMain() {
  byId("main", HTMLElement).focus({ preventScroll: true });
}

// --- controls ---

function writeLanguage() {
  translatePage();
  const button = byId("language", HTMLButtonElement);
  button.textContent = text("languageName");
  button.setAttribute("aria-label", text("languageLabel"));
  byId("paste", HTMLElement).textContent = text("dropOr", shortcut("V"));
  items.forEach((item) => strip.mark(item, viewer.item));
  strip.count(items);
  viewer.write();
}

/**
 * @param {string} id
 * @param {() => void} action
 */
function onClick(id, action) {
  byId(id, HTMLButtonElement).addEventListener("click", action);
}

/**
 * @param {string} id
 * @param {(input: HTMLInputElement) => void} action
 */
function onInput(id, action) {
  const input = byId(id, HTMLInputElement);
  input.addEventListener("input", () => action(input));
}

takeIn(addFiles);
takePhotos(addFiles);
offer(() => viewer.shown, () => viewer.write());
onClick("example", tryExample);
onClick("stop", () => {
  queue.stop();
  byId("remove-all", HTMLElement).focus();
});
onClick("remove-all", removeAll);
onClick("show-all", () => {
  viewer.look(everything());
  byId("people", HTMLElement).querySelector("button")?.focus();
});
onClick("return", goToPhotos);
onClick("language", () => {
  switchLanguage();
  writeLanguage();
});
onInput("opacity", (input) => viewer.change({ opacity: input.valueAsNumber / 100 }));
onInput("outlines", (input) => viewer.change({ outlines: input.checked }));
onInput("by-parts", () => viewer.change({ colourBy: "parts" }));
onInput("by-people", () => viewer.change({ colourBy: "people" }));
byId("brand", HTMLAnchorElement).addEventListener("click", (event) => {
  if (items.length === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(); // it would load the page anew, without the photos
  goToWelcome();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") viewer.look(everything());
});
addEventListener("popstate", showPlace);
addEventListener("beforeunload", (event) => {
  if (!items.every(hasEnded)) event.preventDefault(); // asks whether to leave
});
showPlace();
writeLanguage();
