/**
 * What happens to the page around the conversation: it is hidden and shown again, reloaded, kept
 * for the Back button, closed; and its connection ends for good.
 */

import { element, find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { snapshot } from "../state/store.js";

/**
 * A page hidden for at least this long announces the messages that came meanwhile. Milliseconds.
 */
const LONG_HIDDEN = 60_000;

/** The number of messages that a reload of this tab paints before the socket is open. */
const SNAPSHOT_MESSAGES = 50;

/**
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {HTMLFormElement} form the composer
 * @property {HTMLTextAreaElement} box
 * @property {ReturnType<typeof import("./session.js").createSession>} session
 * @property {ReturnType<typeof import("../log/log.js").createLog>} log
 * @property {Chat.Unread} unread
 * @property {ReturnType<typeof import("../state/browser-storage.js").createBrowserStorage>}
 *   browserStorage
 * @property {ReturnType<typeof import("./missed-messages.js").createMissedMessages>} missedMessages
 * @property {{readonly isEmpty: boolean}} files that are to go with the next message
 */

/** @param {Options} options */
export function createPageLifecycle({
  root,
  form,
  box,
  session,
  log,
  unread,
  browserStorage,
  missedMessages,
  files,
}) {
  let leaving = false;
  let hiddenAt = Infinity;
  /** @type {Promise<HTMLElement> | undefined} */
  let copyButton;

  /**
   * Tells `unread` whether the newest messages are in view on a visible page: that is what counts
   * as reading.
   */
  function updateReading() {
    const { cursor } = session.state;
    if (document.hidden || !log.following || cursor === null) unread.endHidden();
    else unread.endVisible(() => session.state.cursor ?? cursor);
  }

  /** Keeps what a reload of this tab starts from; nothing, if it is not to come back. */
  function saveForReload() {
    const comesBack = !leaving && session.connection.phase !== "over";
    const kept = comesBack ? snapshot(session.state, SNAPSHOT_MESSAGES) : null;
    const { phase, since } = session.connection;
    browserStorage.keepSnapshot(kept && { ...kept, at: phase === "live" ? Date.now() : since });
    browserStorage.keepChanges(comesBack ? session.changes.list : []);
  }

  function pageHidden() {
    hiddenAt = Date.now();
    saveForReload();
    unread.endVisit();
  }

  function pageShown() {
    session.socket.wake();
    if (session.state.cursor !== null) unread.beginVisit(session.state.cursor);
    log.render();
    const { line } = unread;
    if (line !== null && Date.now() - hiddenAt >= LONG_HIDDEN && log.isAbove(line)) {
      missedMessages.show(unread.seqs);
    }
    updateReading();
  }

  /** The texts that were typed and that cannot be sent from this page any more. */
  function unsentTexts() {
    const texts = session.state.pending.map(({ state, body }) => (state === "sent" ? "" : body));
    return [...texts, box.value].filter((text) => text !== "");
  }

  /** Says over the box why its text cannot be changed any more. */
  function explainReadOnly() {
    const id = "composer-ended";
    if (box.getAttribute("aria-describedby") === id) return;
    const text = gettext("This was not sent and can no longer be sent, but you can still copy it.");
    form.prepend(element("p", { class: "composer__ended", id }, text));
    box.setAttribute("aria-describedby", id);
  }

  find(root, "form[data-leave]", HTMLFormElement).addEventListener("submit", () => {
    leaving = true;
    browserStorage.clear();
  });
  document.addEventListener("visibilitychange", () =>
    document.hidden ? pageHidden() : pageShown(),
  );
  addEventListener("pagehide", () => {
    saveForReload();
    session.socket.close();
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    if (session.connection.phase === "over") return location.reload();
    browserStorage.returned();
    session.socket.connect();
  });
  addEventListener("online", () => session.socket.wake());
  addEventListener("offline", () => session.socket.check());
  addEventListener("beforeunload", (event) => {
    // Files in the tray are kept nowhere: see docs/decisions/files-wait-in-the-outbox.md.
    const isKept =
      files.isEmpty &&
      (session.outbox.durable || session.state.pending.every(({ state }) => state === "sent"));
    if (!isKept && !leaving) event.preventDefault();
  });

  return {
    updateReading,

    /**
     * Shows that the connection has ended for good: the log can be read, and one bar says what to
     * do next.
     */
    showEnd() {
      if (!root.hasAttribute("data-over")) {
        root.setAttribute("data-over", "");
        for (const open of root.querySelectorAll("dialog[open], :popover-open")) {
          if (open instanceof HTMLDialogElement) open.close();
          else if (open instanceof HTMLElement) open.hidePopover();
        }
        box.readOnly = true;
        box.blur();
      }
      form.hidden = box.value === "";
      if (!form.hidden) explainReadOnly();
      if (unsentTexts().length === 0 || copyButton) return;
      const banner = find(root, "[data-banner]", HTMLElement);
      copyButton = import("./copy-unsent.js").then(({ offerCopy }) =>
        offerCopy(banner, unsentTexts),
      );
    },
  };
}
