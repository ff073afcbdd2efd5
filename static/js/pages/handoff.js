/** The page with a code for another device: draws it, and looks whether a device has opened it. */

import { find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { poll } from "../lib/polling.js";
import { drawCode } from "../room/qr-code.js";
import { copy } from "../room/share.js";

/** The states in which something may still happen. */
const LIVE = ["open", "asked", "allowed"];

const root = find(document, "[data-handoff]", HTMLElement);
const { handoff: url = "", page = "", state: shown = "" } = root.dataset;
const link = root.querySelector("[data-handoff-link]");

if (link instanceof HTMLInputElement) {
  const picture = find(root, "[data-qr-picture]", HTMLElement);
  picture.hidden = false;
  drawCode(picture, link.value, gettext("QR code to continue on another device"));
  const button = find(root, "[data-copy]", HTMLButtonElement);
  button.hidden = false;
  button.addEventListener("click", () => copy(link.value, button, () => {}));
  link.addEventListener("focus", () => link.select());
}

/** @param {{state: string}} answer */
function follow({ state }) {
  // Not a reload, which would send a form once more; nor this address, which may be that of an answer.
  if (state !== shown) location.assign(page);
  return state !== shown;
}

if (LIVE.includes(shown)) void poll(url, follow);
