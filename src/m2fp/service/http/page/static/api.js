/** Calls of the API, which lies beside this page, behind whatever prefix a proxy gives both. */

import { Problem } from "./problem.js";

/** @typedef {import("./types.js").Format} Format */
/** @typedef {import("./types.js").Label} Label */
/** @typedef {import("./types.js").ResultDocument} ResultDocument */

const KEY = "m2fp.key";

/** @param {string} path */
export function addressOf(path) {
  return new URL(path, document.baseURI).href;
}

/** The key lives as long as this tab: the next person at this computer has none. */
export const apiKey = {
  get() {
    return key;
  },
  /** @param {string} value */
  set(value) {
    key = value;
    try {
      sessionStorage.setItem(KEY, value);
    } catch {
      // Storage may be forbidden; then a reload asks again.
    }
  },
};

let key = storedKey();

function storedKey() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/**
 * Have a photo parsed; `signal` stops the work on the server too.
 *
 * @param {File} file
 * @param {Format} format
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>}
 */
export async function parsePhoto(file, format, signal) {
  const form = new FormData();
  form.append("file", file);
  return call(`v1/parse?format=${format}`, { method: "POST", body: form, signal });
}

/** @type {Map<string, Promise<Map<number, Label>>>} */
const schemes = new Map();

/**
 * @param {string} scheme
 * @returns {Promise<Map<number, Label>>}
 */
export function labelsOf(scheme) {
  let found = schemes.get(scheme);
  if (!found) {
    found = fetchLabels(scheme);
    schemes.set(scheme, found);
    found.catch(() => schemes.delete(scheme));
  }
  return found;
}

/** @param {string} scheme */
async function fetchLabels(scheme) {
  const response = await call(`v1/labels?scheme=${encodeURIComponent(scheme)}`, {});
  const labels = /** @type {{labels: Label[]}} */ (await response.json()).labels;
  return new Map(labels.map((label) => [label.id, label]));
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function call(path, options) {
  // Headers take no other letters: the browser would not even send it.
  if (!/^[!-~]*$/.test(key)) throw new Problem("unauthenticated");
  const headers = key ? { "X-API-Key": key } : undefined;
  let response;
  try {
    response = await fetch(addressOf(path), { ...options, headers });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem("unreachable");
  }
  if (!response.ok) throw await Problem.of(response);
  return response;
}
