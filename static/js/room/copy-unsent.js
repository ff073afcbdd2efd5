/**
 * What is left to do once a connection has ended for good: what was typed and not sent can be copied.
 * Loaded when that happens.
 */

import { toClipboard } from "../lib/clipboard.js";
import { element, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/**
 * @param {HTMLElement} banner says why it ended
 * @param {() => string[]} unsent what was typed
 */
export function offerCopy(banner, unsent) {
  const button = element(
    "button",
    { class: "button", type: "button" },
    gettext("Copy what you wrote"),
  );
  button.addEventListener("click", async () => {
    const done = await toClipboard(unsent().join("\n\n"));
    setText(button, done ? gettext("Copied") : gettext("Could not copy"));
  });
  banner.append(button);
  return button;
}
