/** Invites others: copies the code or the link, opens the system's share sheet, shows a QR code. */

import { toClipboard } from "../lib/clipboard.js";
import { find, openModal, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { drawCode } from "./qr-code.js";

/** How long a button says that it has copied. Milliseconds. */
const CONFIRM_FOR = 2000;

/**
 * @param {ParentNode} root holds buttons with `data-share`: code, link, sheet, qr
 * @param {() => {code: string, link: string, title: string}} room as it is at the moment
 * @param {object} hooks
 * @param {(text: string) => void} hooks.say to screen readers
 * @param {Chat.NoticeBar["show"]} hooks.tell
 */
export function createShare(root, room, { say, tell }) {
  const dialog = find(root, "dialog[data-qr]", HTMLDialogElement);
  const sheet = () => ({ title: room().title, text: room().title, url: room().link });

  /** @type {Record<string, (button: HTMLElement) => unknown>} */
  const actions = {
    code: (button) => copy(room().code, button, say),
    link: (button) => copy(room().link, button, say),
    // The promise is also rejected when the sheet is closed without a choice.
    sheet: () => navigator.share(sheet()).catch(() => {}),
    qr: async () => {
      const place = find(dialog, "[data-qr-picture]", HTMLElement);
      try {
        await drawCode(place, room().link, gettext("QR code of the link to this room"));
        openModal(dialog);
      } catch {
        tell("failure", gettext("This could not be loaded. Try again when you are online."));
      }
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
 * Copies a text; the button says so for a moment.
 * @param {string} text
 * @param {HTMLElement} button
 * @param {(text: string) => void} say
 */
export async function copy(text, button, say) {
  const isCopied = await toClipboard(text);
  const done = isCopied ? gettext("Copied") : gettext("Could not copy");
  say(done);
  const label = button.querySelector("[data-label]");
  if (label === null || button.dataset.outcome) return;
  const before = label.textContent ?? "";
  setText(label, done);
  button.dataset.outcome = isCopied ? "success" : "failure";
  setTimeout(() => {
    setText(label, before);
    delete button.dataset.outcome;
  }, CONFIRM_FOR);
}
