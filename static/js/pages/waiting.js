/** The page of somebody who asked to join: polls until there is an answer. */

import { find } from "../lib/dom.js";

/** Milliseconds between two requests. */
const POLL_INTERVAL = 2000;

const url = find(document, "[data-waiting]", HTMLElement).dataset.waiting ?? "";

async function poll() {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    // The page itself then shows the result: the room, or the form with a reason.
    if (answer.ok && !(await answer.json()).waiting) location.reload();
  } catch {
    // Offline, or the server is restarting: the next request will tell.
  }
}

setInterval(poll, POLL_INTERVAL);
