/**
 * The buttons over the log for a reader who has left its end: back to it, with how much is new there,
 * and to the new messages that mention me, one after the other. DOM.
 */

import { setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";

/**
 * @param {{jump: HTMLElement, jumpToMention: HTMLElement}} buttons
 * @param {Pick<Chat.Unread, "countAfter" | "toMeAfter">} unread
 */
export function createJumpButtons({ jump, jumpToMention }, unread) {
  let isAtEnd = true;
  /** The cursor when the reader left the end. */
  let seenUpTo = 0;
  /** The `seq` of the last mention of me that was jumped to. */
  let shownMention = 0;

  /** Returns the `seq` of each new message that mentions me and was not jumped to yet. */
  const mentions = () => unread.toMeAfter(Math.max(seenUpTo, shownMention));

  function render() {
    const forMe = mentions().length;
    jump.hidden = isAtEnd;
    jumpToMention.hidden = isAtEnd || forMe === 0;
    const count = unread.countAfter(seenUpTo);
    const news = fill(ngettext("%(n)s new", "%(n)s new", count), { n: count });
    label(jump, count === 0 ? gettext("Jump to now") : news);
    label(jumpToMention, fill(ngettext("%(n)s for you", "%(n)s for you", forMe), { n: forMe }));
  }

  return {
    render,

    /** The reader is at the end again. */
    follow() {
      isAtEnd = true;
      render();
    },

    /** The reader leaves the end, having seen what is up to a cursor. @param {number} cursor */
    leave(cursor) {
      isAtEnd = false;
      seenUpTo = cursor;
      render();
    },

    /** Returns the first new mention of me, the next time the one after it. */
    nextMention() {
      const [seq] = mentions();
      if (seq !== undefined) shownMention = seq;
      return seq;
    },
  };
}

/**
 * @param {HTMLElement} button
 * @param {string} text
 */
function label(button, text) {
  const place = button.querySelector("[data-label]");
  if (place !== null) setText(place, text);
}
