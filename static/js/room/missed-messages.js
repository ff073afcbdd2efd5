/**
 * The notice that says how many messages were missed. Its number follows what becomes of those
 * messages.
 */

import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isUnread } from "../state/messages.js";

/**
 * @param {object} options
 * @param {Chat.NoticeBar} options.notice
 * @param {string} options.me
 * @param {() => ReadonlySet<string>} options.hidden the people whom I have hidden
 * @param {() => void} options.goToUnreadLine goes to the first missed message
 */
export function createMissedMessages({ notice, me, hidden, goToUnreadLine }) {
  /** The `seq`s of the messages that the notice counts. @type {Set<number>} */
  let missed = new Set();
  /** Replaces the text of the notice for as long as it is shown. */
  let replaceText = (/** @type {string} */ _) => {};

  function sentence() {
    const n = missed.size;
    return n === 0
      ? ""
      : fill(ngettext("You missed %(n)s message", "You missed %(n)s messages", n), { n });
  }

  /** @param {string} text */
  function tell(text) {
    replaceText = notice.show("info", text, { label: gettext("Go there"), run: goToUnreadLine });
  }

  return {
    /** @param {readonly number[]} seqs of the missed messages */
    show(seqs) {
      missed = new Set(seqs);
      if (missed.size > 0) tell(sentence());
    },

    /** Says that so much was missed that nobody knows how many messages. */
    showMany() {
      missed = new Set();
      tell(gettext("You missed a lot. These are the newest messages."));
    },

    /** @param {readonly Chat.Message[]} messages that came or changed, as they are now */
    update(messages) {
      const before = missed.size;
      for (const message of messages) {
        if (!isUnread(message, 0, me, hidden())) missed.delete(message.seq);
      }
      if (missed.size < before) replaceText(sentence());
    },
  };
}
