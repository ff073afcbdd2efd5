/**
 * Offers to copy texts that were typed and cannot be sent: the connection has ended for good.
 * Loaded when that happens.
 */

import { toClipboard } from "../lib/clipboard.js";
import { element, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/**
 * @param {HTMLElement} banner says why the connection ended
 * @param {() => string[]} unsentTexts
 */
export function offerCopy(banner, unsentTexts) {
  const button = element(
    "button",
    { class: "button", type: "button" },
    gettext("Copy what you wrote"),
  );
  button.addEventListener("click", async () => {
    const copied = await toClipboard(unsentTexts().join("\n\n"));
    setText(button, copied ? gettext("Copied") : gettext("Could not copy"));
  });
  banner.append(button);
  return button;
}
