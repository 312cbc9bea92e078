/** What stands in place of a result: work going on, nobody found, something wrong. */

import { apiKey } from "./api.js";
import { byId, element, show } from "./dom.js";
import { problemText, text } from "./i18n.js";
import { stateText } from "./strip.js";

/** @typedef {import("./types.js").Item} Item */

/**
 * @param {Item} item
 * @param {(item: Item) => void} onRetry
 */
export function showNotice(item, onRetry) {
  const notice = byId("notice", HTMLElement);
  notice.className = "notice";
  show(notice, true);
  if (item.state === "done") {
    notice.classList.add("plain");
    notice.replaceChildren(
      element("h2", "", text("nobodyTitle")),
      element("p", "", text("nobodyText")),
    );
  } else if (item.state === "failed" && item.problem) {
    notice.replaceChildren(...failure(item, item.problem, onRetry));
  } else if (item.state === "stopped") {
    notice.replaceChildren(
      element("h2", "", text("stopped")),
      button("retry", () => onRetry(item)),
    );
  } else {
    busy(notice, item);
  }
}

export function hideNotice() {
  show(byId("notice", HTMLElement), false);
}

/**
 * Only the text changes while seconds are counted down, so that the picture does not flicker.
 *
 * @param {HTMLElement} notice
 * @param {Item} item
 */
function busy(notice, item) {
  notice.classList.add("busy");
  const said = stateText(item);
  const line = notice.querySelector(`p[data-item="${item.id}"]`);
  if (line) {
    line.textContent = said;
    return;
  }
  const picture = element("img", "busy-photo");
  picture.alt = "";
  picture.addEventListener("error", () => picture.remove());
  picture.src = item.url;
  const caption = element("p", "", said);
  caption.dataset.item = String(item.id);
  notice.replaceChildren(picture, element("div", "scan"), caption);
}

/**
 * @param {Item} item
 * @param {import("./problem.js").Problem} problem
 * @param {(item: Item) => void} onRetry
 */
function failure(item, problem, onRetry) {
  const [what, advice] = problemText(problem.code);
  const parts = [
    element("span", "notice-sign", "!"),
    element("h2", "", what),
    element("p", "", advice),
  ];
  parts[0].setAttribute("aria-hidden", "true");
  if (problem.code === "unauthenticated" || problem.code === "forbidden") {
    parts.push(keyForm(item, onRetry));
  } else if (problem.ofPhoto) {
    parts.push(button("chooseOther", () => byId("files", HTMLInputElement).click()));
  } else {
    parts.push(button("retry", () => onRetry(item)));
  }
  if (problem.detail) {
    const said = element("p", "server-words", problem.detail);
    said.lang = "en";
    parts.push(said);
  }
  const facts = [problem.code, ...(problem.request ? [text("requestId", problem.request)] : [])];
  parts.push(element("p", "small-print", facts.join(" · ")));
  return parts;
}

/**
 * @param {"retry" | "chooseOther"} name
 * @param {() => void} action
 */
function button(name, action) {
  const made = element("button", "button strong", text(name));
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

/**
 * @param {Item} item
 * @param {(item: Item) => void} onRetry
 */
function keyForm(item, onRetry) {
  const input = element("input");
  input.type = "password";
  input.autocomplete = "off";
  input.required = true;
  const label = element("label", "", text("keyLabel"), input);
  const submit = element("button", "button strong", text("keyUse"));
  const form = element("form", "key-form", label, submit);
  form.append(element("p", "small-print", text("keyHint")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apiKey.set(input.value.trim());
    onRetry(item);
  });
  return form;
}
