/**
 * The half of the room in which one writes: the composer, what can be done with messages, and the
 * lines that say why nothing can be sent just now.
 */

import { createComposer } from "../compose/composer.js";
import { createFailedMessages } from "../compose/failed-messages.js";
import { createMuteLine } from "../compose/mute-line.js";
import { find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { TYPING_INTERVAL, typing } from "../net/protocol.js";
import { throttle } from "../net/typing.js";
import { createEnding } from "./ending.js";
import { createMessageActions } from "./message-actions-ui.js";

/**
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {Chat.PageData} page
 * @property {HTMLFormElement} form
 * @property {HTMLTextAreaElement} box
 * @property {boolean} touch
 * @property {Chat.Times} times
 * @property {ReturnType<typeof import("./session.js").createSession>} session
 * @property {Pick<ReturnType<typeof import("../log/log.js").createLog>, "toMessage" | "jumpToEnd">}
 *   log
 * @property {Chat.NoticeBar} notice
 * @property {(text: string) => void} say to screen readers
 * @property {Pick<ReturnType<typeof import("./on-demand.js").createOnDemand>,
 *   "report" | "hide" | "chooseEmoji" | "messageMenu">} onDemand
 * @property {ReturnType<typeof import("../compose/attaching.js").createAttaching>} files
 * @property {ReturnType<typeof import("../state/browser-storage.js").createBrowserStorage>}
 *   browserStorage
 */

/** @param {Options} options */
export function createWriting({
  root,
  page,
  form,
  box,
  touch,
  times,
  session,
  log,
  notice,
  say,
  onDemand,
  files,
  browserStorage,
}) {
  /** @param {string} name */
  const part = (name) => find(root, `[data-${name}]`, HTMLElement);

  const muteLine = createMuteLine({
    bar: part("muted"),
    line: find(part("muted"), "p", HTMLElement),
    slowModeLine: part("slow-mode"),
    times,
    onChange: () => composer.refresh(),
  });

  const ending = createEnding(part("ending"), times);

  const failedMessages = createFailedMessages(root, session.outbox);

  const composer = createComposer({
    form,
    box,
    counter: part("counter"),
    touch,
    limit: () => session.state.limits.body,
    isBlocked: () => muteLine.isBlocked || ending.hasEnded,
    draft: browserStorage.draft(),
    onDraft: (text) => messageActions.keepText(text),
    files,
    editing: () => messageActions.editing,
    onTyping: throttle(() => session.socket.send(typing()), TYPING_INTERVAL),
    async onSend(body) {
      const said = messageActions.send(body);
      notice.hide();
      if (said === null) return;
      const queued = session.outbox.add({ ...said, ...files.take() });
      log.jumpToEnd();
      await queued;
      // Only once the outbox holds the message: until then the draft is the copy that survives a
      // crash.
      messageActions.keepText(composer.text);
    },
  });

  const messageActions = createMessageActions({
    root,
    page,
    session,
    log,
    box,
    touch,
    setText: composer.setText,
    say,
    report: onDemand.report,
    hide: onDemand.hide,
    chooseEmoji: onDemand.chooseEmoji,
    loadMenu: onDemand.messageMenu,
    browserStorage,
  });

  /** @param {Partial<Chat.Room>} room @param {string} role mine */
  function showEnding(room, role) {
    const before = ending.hasEnded;
    ending.render(room, role);
    if (ending.hasEnded !== before) composer.refresh();
  }

  return {
    /** True while slow mode holds the next message back. */
    get isSlowModeWait() {
      return muteLine.isSlowModeWait;
    },

    /** Shows again what depends on the server: the limit, and whether a message may be sent. */
    refresh: composer.refresh,

    /** @param {Chat.You} you */
    update: (you) => muteLine.update(you),

    /** A message of mine, or an edit, was accepted. */
    posted: () => muteLine.posted(),

    /** @param {number} seconds before the next message is accepted */
    wait: (seconds) => muteLine.wait(seconds),

    replyTargetDeleted: () =>
      notice.show(
        "warning",
        gettext("The message you replied to was deleted, so yours was sent without the quote."),
      ),

    /**
     * Takes back a change that was refused, and says why.
     * @param {string} reason
     * @param {Chat.Change} change
     * @param {string} [code]
     */
    changeRefused(reason, change, code) {
      const isExplained = messageActions.takeBack(change, code);
      if (reason !== "" && !isExplained) notice.show("failure", reason);
    },

    /** @param {Chat.State} state */
    render({ room, you: { role = "member" }, pending }) {
      showEnding(room ?? {}, role);
      muteLine.interval = role === "member" ? (room?.slow_mode ?? 0) : 0;
      failedMessages.render(pending);
      messageActions.render();
    },
  };
}
