/** The page with a code for another device: draws it, and looks whether a device has opened it. */

import { find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { drawCode } from "../room/qr-code.js";
import { copy } from "../room/share.js";

/** Milliseconds between two requests. */
const POLL_INTERVAL = 2000;

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

async function poll() {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    // Not a reload, which would send a form once more; nor this address, which may be that of an answer.
    if (answer.ok && (await answer.json()).state !== shown) location.assign(page);
  } catch {
    // Offline, or the server is restarting: the next request will tell.
  }
}

if (LIVE.includes(shown)) setInterval(poll, POLL_INTERVAL);
