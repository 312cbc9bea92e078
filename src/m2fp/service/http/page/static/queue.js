/**
 * Photos that wait for the server, in their order.
 *
 * They go one by one through /v1/parse instead of together through /v1/jobs: each result is shown
 * as soon as it is there, the first after one photo and not after the upload of all; a photo that is
 * taken back stops on the server at once; and nothing of them is stored there, which a job does for
 * a day. Jobs are for programs that go away meanwhile; this page holds its photos anyway.
 */

import { parsePhoto } from "./api.js";
import { Problem } from "./problem.js";

/** @typedef {import("./types.js").Item} Item */

const PARALLEL = 2; // one is uploaded while one is worked on
const MAX_WAITS = 40;

/** @param {Item} item */
export function hasEnded(item) {
  return item.state === "done" || item.state === "failed" || item.state === "stopped";
}

export class ParseQueue {
  /** @type {Item[]} */
  #waiting = [];
  /** @type {Map<Item, AbortController>} */
  #running = new Map();
  #onChange;

  /** @param {(item: Item) => void} onChange  told of every change of a state */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** @param {Item[]} items */
  add(items) {
    for (const item of items) this.#set(item, "queued");
    this.#waiting.push(...items);
    this.#next();
  }

  /** Take back everything that has no result yet. */
  stop() {
    for (const item of this.#waiting.splice(0)) this.#set(item, "stopped");
    for (const controller of this.#running.values()) controller.abort();
  }

  #next() {
    while (this.#running.size < PARALLEL) {
      const item = this.#waiting.shift();
      if (!item) return;
      const controller = new AbortController();
      this.#running.set(item, controller);
      this.#work(item, controller.signal).finally(() => {
        this.#running.delete(item);
        this.#next();
      });
    }
  }

  /**
   * @param {Item} item
   * @param {AbortSignal} signal
   */
  async #work(item, signal) {
    item.problem = null;
    for (let waits = 0; ; waits++) {
      this.#set(item, "working");
      try {
        const response = await parsePhoto(item.file, "json", signal);
        item.document = await response.json();
        return this.#set(item, "done");
      } catch (error) {
        if (signal.aborted) return this.#set(item, "stopped");
        item.problem = error instanceof Problem ? error : new Problem("unexpected", String(error));
        if (!item.problem.passing || waits === MAX_WAITS) return this.#set(item, "failed");
      }
      await this.#wait(item, item.problem.retrySeconds, signal);
      if (signal.aborted) return this.#set(item, "stopped");
    }
  }

  /**
   * @param {Item} item
   * @param {number} seconds
   * @param {AbortSignal} signal
   */
  async #wait(item, seconds, signal) {
    for (let left = seconds; left > 0 && !signal.aborted; left--) {
      item.waitSeconds = left;
      this.#set(item, "waiting");
      await new Promise((resolve) => {
        setTimeout(resolve, 1000);
        signal.addEventListener("abort", resolve, { once: true });
      });
    }
  }

  /**
   * @param {Item} item
   * @param {Item["state"]} state
   */
  #set(item, state) {
    item.state = state;
    this.#onChange(item);
  }
}
