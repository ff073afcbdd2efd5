/** The head of what lies over the log for a message, and so over the message itself. */

import { element } from "../lib/dom.js";
import { excerpt } from "../state/message-actions.js";

/**
 * @param {Chat.Message} message
 * @param {string} name of its author
 */
export function menuQuote(message, name) {
  return element(
    "p",
    { class: "menu__quote", "aria-hidden": "true" },
    element("bdi", {}, name),
    element("bdi", {}, excerpt(message)),
  );
}
