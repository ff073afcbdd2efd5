/** The page of somebody who asked to join: polls until there is an answer. */

import { find } from "../lib/dom.js";
import { poll } from "../lib/polling.js";

const url = find(document, "[data-waiting]", HTMLElement).dataset.waiting ?? "";

void poll(url, ({ waiting }) => {
  // The page itself then shows the result: the room, or the form with a reason.
  if (!waiting) location.reload();
  return !waiting;
});
