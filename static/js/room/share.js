/** Invites others: copies the code or the link, opens the system's share sheet, shows a QR code. */

import { toClipboard } from "../lib/clipboard.js";
import { drawing, find, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/** How long a button says that it has copied. Milliseconds. */
const CONFIRM_FOR = 2000;

/** The white margin that a scanner needs around the code, in modules of the code. */
const QUIET_ZONE = 4;

/**
 * @param {ParentNode} root holds buttons with `data-share`: code, link, sheet, qr
 * @param {() => {code: string, link: string, title: string}} room as it is at the moment
 * @param {(text: string) => void} say
 */
export function createShare(root, room, say) {
  const dialog = find(root, "dialog[data-qr]", HTMLDialogElement);
  const sheet = () => ({ title: room().title, text: room().title, url: room().link });

  /** @type {Record<string, (button: HTMLElement) => unknown>} */
  const actions = {
    code: (button) => copy(room().code, button, say),
    link: (button) => copy(room().link, button, say),
    // The promise is also rejected when the sheet is closed without a choice.
    sheet: () => navigator.share(sheet()).catch(() => {}),
    qr: async () => {
      await drawCode(find(dialog, "[data-qr-picture]", HTMLElement), room().link);
      dialog.showModal();
    },
  };

  for (const button of root.querySelectorAll("[data-share]")) {
    if (!(button instanceof HTMLElement)) continue;
    const name = button.dataset.share ?? "";
    if (name === "sheet") button.hidden = !navigator.canShare?.(sheet());
    button.addEventListener("click", () => actions[name]?.(button));
  }
  // A click on the backdrop is a click on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/**
 * @param {string} text
 * @param {HTMLElement} button
 * @param {(text: string) => void} say
 */
async function copy(text, button, say) {
  const done = (await toClipboard(text)) ? gettext("Copied") : gettext("Could not copy");
  say(done);
  const label = button.querySelector("[data-label]");
  if (label === null || button.classList.contains("is-done")) return;
  const before = label.textContent ?? "";
  setText(label, done);
  button.classList.add("is-done");
  setTimeout(() => {
    setText(label, before);
    button.classList.remove("is-done");
  }, CONFIRM_FOR);
}

/**
 * @param {HTMLElement} place
 * @param {string} link
 */
async function drawCode(place, link) {
  // Loaded only now: few visitors need it.
  const { generate } = await import("../vendor/lean-qr.js");
  const bitmap = generate(link);
  const path = [];
  for (let y = 0; y < bitmap.size; y += 1) {
    for (let x = 0; x < bitmap.size; x += 1) {
      if (bitmap.get(x, y)) path.push(`M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z`);
    }
  }
  const size = bitmap.size + 2 * QUIET_ZONE;
  place.replaceChildren(drawing(path.join(""), size, gettext("QR code of the link to this room")));
}
