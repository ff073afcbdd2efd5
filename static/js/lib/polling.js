/** Asks the site again and again, for a page that waits for something to happen elsewhere. */

import { getJson } from "./json-requests.js";

/** Milliseconds between an answer and the next request. */
const PAUSE = 2000;

/**
 * Asks until an answer is the one that was waited for.
 * @param {string} path
 * @param {(answer: any) => boolean} isLast deals with an answer; returns true for the last one
 */
export async function poll(path, isLast) {
  let isOver = false;
  while (!isOver) {
    try {
      isOver = isLast(await getJson(path));
    } catch {
      // Offline, or the server is restarting: the next request will tell.
    }
    if (!isOver) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
