/**
 * What was read and what was not. A message is read when the page is visible and the end of the log
 * is in view for a moment. The unread line stays in its place during a visit; a new visit begins
 * when the page is shown again.
 */

import { firstUnread, isUnread } from "./messages.js";

/** The end must be in view for this long. Milliseconds. */
const READ_AFTER = 1000;

/**
 * @typedef {object} Options
 * @property {string} me
 * @property {number | null} readUpTo from an earlier visit
 * @property {() => ReadonlySet<string>} hidden the people whom I have hidden: what they say is
 *   never unread
 * @property {(message: Chat.Message) => boolean} isToMe whether a message speaks to me
 * @property {(seq: number) => void} onRead this tab has read up to here
 * @property {(count: number, toMe: number) => void} onCount `toMe`: how many of the unread messages
 *   speak to me
 */

/** @param {Options} options */
export function createUnread({ me, readUpTo: earlier, hidden, isToMe, onRead, onCount }) {
  let readUpTo = earlier;
  /** The messages that this visit found unread are after `after` and not after `until`. */
  let visit = { after: earlier, until: Infinity };
  /** @type {number | null} */
  let line = null;
  /** Unread messages: whether each speaks to me, by `seq`. @type {Map<number, boolean>} */
  const unseen = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {number} seq */
  function mark(seq) {
    if (readUpTo !== null && seq <= readUpTo) return false;
    readUpTo = seq;
    for (const one of unseen.keys()) if (one <= seq) unseen.delete(one);
    count();
    return true;
  }

  function count() {
    onCount(unseen.size, [...unseen.values()].filter(Boolean).length);
  }

  function endHidden() {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    /**
     * Returns how many unread messages came after a `seq`.
     * @param {number} seq
     */
    countAfter: (seq) => [...unseen.keys()].filter((one) => one > seq).length,

    /**
     * Returns the `seq` of each unread message after a `seq` that speaks to me, in order.
     * @param {number} seq
     */
    toMeAfter: (seq) =>
      [...unseen]
        .filter(([one, speaksToMe]) => speaksToMe && one > seq)
        .map(([one]) => one)
        .sort((a, b) => a - b),

    /** How far the person has read, here or elsewhere; 0 if not at all. */
    get readUpTo() {
      return readUpTo ?? 0;
    },

    /** The `seq` of each unread message. */
    get seqs() {
      return [...unseen.keys()];
    },

    /** The `seq` of the message that the line stands before, or null. */
    get line() {
      return line;
    },

    /**
     * Finds the line's place, once per visit; it may be on a page that is not loaded yet.
     * @param {readonly Chat.Message[]} messages
     * @param {boolean} older
     */
    locate(messages, older) {
      if (line !== null || visit.after === null || visit.after >= visit.until) return;
      const first = firstUnread(messages, visit.after, me, older, hidden());
      if (first !== null && first <= visit.until) line = first;
    },

    /**
     * Counts messages that came or changed, or whose author was hidden or shown again, as they are
     * now: a deleted one is no longer unread, and an edit may add or remove a mention of me.
     * @param {readonly Chat.Message[]} messages
     */
    arrived(messages) {
      let differs = false;
      for (const message of messages) {
        const { seq } = message;
        const before = unseen.get(seq);
        const isNew = isUnread(message, readUpTo ?? 0, me, hidden());
        const now = isNew ? isToMe(message) : undefined;
        if (now === before) continue;
        differs = true;
        if (now === undefined) unseen.delete(seq);
        else unseen.set(seq, now);
      }
      if (differs) count();
    },

    /**
     * Says that the end of the log is in view on a visible page.
     * @param {() => number} cursor
     */
    endVisible(cursor) {
      timer ??= setTimeout(() => {
        timer = undefined;
        const seq = cursor();
        if (mark(seq)) onRead(seq);
      }, READ_AFTER);
    },

    /** Says that the end of the log is out of view, or the page is hidden. */
    endHidden,

    /**
     * Begins a visit: the page is visible and shows everything up to `cursor`. On somebody's first
     * visit to a room nothing is unread.
     * @param {number} cursor
     */
    beginVisit(cursor) {
      if (readUpTo === null && mark(cursor)) onRead(cursor);
      visit = { ...visit, until: cursor };
    },

    /** Ends the visit: the next one will find what comes from now on unread. */
    endVisit() {
      endHidden();
      if (line !== null && unseen.size > 0) return;
      line = null;
      visit = { after: readUpTo, until: Infinity };
    },

    /**
     * Moves the read position back to the end of a log that was restored from a backup.
     * @param {number} cursor
     */
    rewind(cursor) {
      if (readUpTo === null || readUpTo <= cursor) return;
      readUpTo = cursor;
      unseen.clear();
      count();
    },

    /** @param {number} seq read up to in another tab or on another device */
    readElsewhere(seq) {
      mark(seq);
    },
  };
}
