/** The page of somebody who asked to be let in: looks again until there is an answer. */

import { find } from "../lib/dom.js";

/** Milliseconds between two looks. */
const EVERY = 2000;

const url = find(document, "[data-waiting]", HTMLElement).dataset.waiting ?? "";

async function look() {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    // The page itself says what became of it: the room, or the form with a reason.
    if (answer.ok && !(await answer.json()).waiting) location.reload();
  } catch {
    // Offline, or the server restarts: the next look tells.
  }
}

setInterval(look, EVERY);
