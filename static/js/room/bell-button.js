/**
 * The bell in the room's bar. What it opens, and what notifies, is loaded when it is wanted: most
 * people never turn notifications on.
 */

import { find, loadStyle } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { createBellStorage } from "../state/bell-storage.js";

/** @typedef {ReturnType<typeof import("./notifier.js").createNotifier>} Notifier */

/**
 * @param {HTMLElement} root
 * @param {Chat.PageData} page
 * @param {object} hooks
 * @param {ReturnType<typeof import("./session.js").createSession>} hooks.session
 * @param {Chat.Unread} hooks.unread
 * @param {(seq: number) => void} hooks.onSeq a notification of this message was pressed
 * @param {Chat.NoticeBar["show"]} hooks.tell
 */
export function createBellButton(root, page, { session, unread, onSeq, tell }) {
  const button = find(root, "[data-bell]", HTMLButtonElement);
  const storage = createBellStorage(page.me.id);
  /** @type {Notifier | null} */
  let notifier = null;
  /** @type {Promise<import("./bell.js").BellPanel> | undefined} */
  let panel;

  function showState() {
    button.dataset.on = String(storage.settings.on);
  }

  /** Loads what notifies, once it is wanted. */
  async function follow() {
    showState();
    if (!storage.settings.on || notifier !== null) return;
    const { startNotifier } = await import("./notifier-parts.js");
    notifier ??= startNotifier({
      page,
      session,
      unread,
      opened,
      onEnded: showState,
    });
  }

  /** @param {string} url */
  function opened(url) {
    const seq = /#m(\d{1,15})$/.exec(url)?.[1];
    if (seq !== undefined) onSeq(Number(seq));
  }

  async function open() {
    panel ??= Promise.all([import("./bell.js"), loadStyle(root.dataset.urlBellStyle ?? "")]).then(
      ([{ createBellPanel }]) =>
        createBellPanel({
          root,
          page,
          button,
          onTurned: () => notifier?.turned(),
          onSettings: () => void follow().catch(() => {}),
        }),
    );
    try {
      await (await panel).toggle();
    } catch {
      panel = undefined;
      tell("failure", gettext("This could not be loaded. Try again when you are online."));
    }
  }

  button.addEventListener("click", open);
  storage.onChange(() => void follow().catch(() => {}));
  // The service worker has focused this page for a notification of its room.
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.type === "open") opened(data.url);
  });

  return {
    /** Loads what notifies, if it is wanted here. Without it, the page is only silent. */
    start: () => void follow().catch(() => {}),
    /** @param {readonly Chat.Message[]} messages */
    arrived: (messages) => notifier?.arrived(messages),
    /** @param {readonly Chat.Message[]} messages */
    changed: (messages) => notifier?.changed(messages),
    end: () => notifier?.end(),
    read: () => notifier?.read(unread.readUpTo),
  };
}
