/** Draws a block of code, which scrolls by itself, says its language and can be copied whole. */

import { toClipboard } from "../lib/clipboard.js";
import { element, icon } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/** How long the button says that it has copied. Milliseconds. */
const CONFIRM_FOR = 2000;

/**
 * @param {string} code
 * @param {string} language "" if none was given
 * @param {string} sprite address of the icon sprite
 */
export function codeBlock(code, language, sprite) {
  const button = element("button", { type: "button", class: "code-block__copy" });
  const show = (/** @type {string} */ name, /** @type {string} */ label) => {
    button.replaceChildren(icon(name, sprite));
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  show("copy", gettext("Copy code"));
  button.addEventListener("click", async () => {
    const done = await toClipboard(code);
    show(done ? "check" : "alert-circle", done ? gettext("Copied") : gettext("Could not copy"));
    setTimeout(() => show("copy", gettext("Copy code")), CONFIRM_FOR);
  });
  return element(
    "div",
    { class: "code-block", "data-language": language || null, dir: "ltr" },
    // Focusable, since what scrolls must be reachable by keyboard.
    element("pre", {}, element("code", { tabindex: "0" }, code)),
    button,
  );
}
