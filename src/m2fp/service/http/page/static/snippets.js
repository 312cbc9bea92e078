/** What the page just did, as somebody would type it. */

import { addressOf, apiKey } from "./api.js";

/** @typedef {"curl" | "http" | "python"} Tongue */

/**
 * @param {Tongue} tongue
 * @param {string} name  of the file
 * @returns {string}
 */
export function snippet(tongue, name) {
  const address = addressOf("v1/parse");
  // The key itself is never shown: snippets end up in chats.
  const locked = apiKey.get() !== "";
  if (tongue === "curl") {
    const header = locked ? ' -H "X-API-Key: $API_KEY"' : "";
    return `curl${header} -F ${curlField(name)} -o m2fp.json "${address}"`;
  }
  if (tongue === "http") {
    const key = locked ? ['headers={"X-API-Key": os.environ["API_KEY"]},'] : [];
    const call = [`${pythonQuoted(address)},`, ...key, 'files={"file": photo},', "timeout=90,"];
    return [
      ...(locked ? ["import os", ""] : []),
      "import requests",
      "",
      `with open(${pythonQuoted(name)}, "rb") as photo:`,
      "    response = requests.post(",
      ...call.map((line) => `        ${line}`),
      "    )",
      "response.raise_for_status()",
      "for part in response.json()[\"segments\"]:",
      "    print(part[\"person_id\"], part[\"label\"], part[\"area\"])",
    ].join("\n");
  }
  return [
    "from m2fp import Parser  # pip install m2fp; no server needed",
    "",
    `result = Parser()(${pythonQuoted(name)})`,
    "for part in result.segments:",
    "    print(part.person_id, part.label, part.area)",
    'result.plot().save("overlay.png")',
  ].join("\n");
}

/**
 * Double quotes mean the same to all shells, those of Windows too, while nothing within is special.
 * Other names are for POSIX shells, and quoted for curl as well, which splits at ; and ,.
 *
 * @param {string} name
 */
function curlField(name) {
  if (/^[\p{L}\p{N}_][\p{L}\p{N} ._()+-]*$/u.test(name)) return `"file=@${name}"`;
  const field = `file=@"${name.replace(/[\\"]/g, "\\$&")}"`;
  return `'${field.replaceAll("'", "'\\''")}'`;
}

/** @param {string} value */
function pythonQuoted(value) {
  return JSON.stringify(value);
}
