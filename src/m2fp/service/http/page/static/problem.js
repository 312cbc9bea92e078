/** What went wrong with a photo: RFC 9457 documents of the server, or no answer at all. */

/** Trying these again later makes sense without anybody doing anything. */
const PASSING = new Set(["queue_full", "rate_limited", "model_not_ready"]);

/** The photo is the reason: sending it again changes nothing. */
const PHOTO = new Set([
  "body_too_large", "too_many_pixels", "unsupported_image_format", "missing_extra",
  "undecodable_image", "empty_image", "image_too_small", "aspect_too_extreme",
]);

export class Problem extends Error {
  /**
   * @param {string} code  stable; "unreachable" and "unexpected" are ours
   * @param {string} detail  the server's own words
   * @param {string} request  id under which the server's log knows it
   * @param {number} [retrySeconds]
   */
  constructor(code, detail = "", request = "", retrySeconds = 0) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.request = request;
    this.retrySeconds = retrySeconds;
  }

  get passing() {
    return PASSING.has(this.code);
  }

  get ofPhoto() {
    return PHOTO.has(this.code);
  }

  /**
   * @param {Response} response  not ok
   * @returns {Promise<Problem>}
   */
  static async of(response) {
    const seconds = Number(response.headers.get("Retry-After")) || 2;
    const id = response.headers.get("X-Request-ID") ?? "";
    const kind = response.headers.get("Content-Type") ?? "";
    if (!kind.startsWith("application/problem+json")) {
      // A proxy's own page: its status is all that can be relied on.
      const code = response.status === 413 ? "body_too_large" : "unexpected";
      return new Problem(code, `${response.status} ${response.statusText}`, id, seconds);
    }
    const document = await response.json();
    return new Problem(String(document.code), String(document.detail ?? ""), id, seconds);
  }
}
