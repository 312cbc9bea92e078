/** Elements by id, and new ones. Text is only ever set as text. */

/**
 * @template {Element} T
 * @param {string} id
 * @param {new (...parts: never) => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no #${id}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * @param {HTMLElement} target
 * @param {boolean} shown
 */
export function show(target, shown) {
  target.hidden = !shown;
}
