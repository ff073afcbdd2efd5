/** Buttons that copy what stands in a field: a key or an address that is shown once. */

import { find } from "../lib/dom.js";
import { copy } from "./share.js";

/**
 * Shows the buttons with `data-copy`, the id of a field. The server hides them: without this module
 * they would do nothing.
 * @param {ParentNode} root
 */
export function offerCopies(root) {
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    button.hidden = false;
    const field = find(root, `#${button.dataset.copy}`, HTMLInputElement);
    button.addEventListener("click", () => copy(field.value, button, () => {}));
  }
}
