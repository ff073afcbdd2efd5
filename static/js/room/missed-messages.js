/** The line that says how much was missed. Its number follows what becomes of the messages it counts. */

import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isUnread } from "../state/messages.js";

/**
 * @param {object} options
 * @param {Chat.Notice} options.notice
 * @param {string} options.me
 * @param {() => void} options.toLine goes to the first of them
 */
export function createAbsence({ notice, me, toLine }) {
  /** Those that the line counts. @type {Set<number>} */
  let missed = new Set();
  /** Says something else on the line, while it is still there. */
  let reword = (/** @type {string} */ _) => {};

  function sentence() {
    const n = missed.size;
    return n === 0
      ? ""
      : fill(ngettext("You missed %(n)s message", "You missed %(n)s messages", n), { n });
  }

  /** @param {string} text */
  function say(text) {
    reword = notice.show(text, { label: gettext("Go there"), run: toLine });
  }

  return {
    /** @param {readonly number[]} seqs of the messages */
    missed(seqs) {
      missed = new Set(seqs);
      if (missed.size > 0) say(sentence());
    },

    /** More than can be told. */
    missedMany() {
      missed = new Set();
      say(gettext("You missed a lot. This is the newest."));
    },

    /** @param {readonly Chat.Message[]} messages that came or changed, as they are now */
    changed(messages) {
      const before = missed.size;
      for (const message of messages) if (!isUnread(message, 0, me)) missed.delete(message.seq);
      if (missed.size < before) reword(sentence());
    },
  };
}
