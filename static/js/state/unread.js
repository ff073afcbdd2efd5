/**
 * What was read and what was not. Reading is: the page is visible and its end is in view, for a moment.
 * The line stands still for a visit; a new visit begins when the page is looked at again.
 */

import { firstUnread, isUnread } from "./messages.js";

/** A glance is not reading. Milliseconds. */
const MOMENT = 1000;

/**
 * @typedef {object} Options
 * @property {string} me
 * @property {number | null} readUpTo from an earlier visit
 * @property {(seq: number) => void} onRead read up to here, in this tab
 * @property {(count: number, personal: number) => void} onCount `personal`: those of them that speak to me
 */

/** @param {Options} options */
export function createUnread({ me, readUpTo: earlier, onRead, onCount }) {
  let readUpTo = earlier;
  /** What this visit found unread lies after the one and not after the other. */
  let visit = { after: earlier, until: Infinity };
  /** @type {number | null} */
  let line = null;
  /** By `seq`, whether it speaks to me. @type {Map<number, boolean>} */
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

  function away() {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    /**
     * How many of the unread came after a `seq`.
     * @param {number} seq
     */
    countAfter: (seq) => [...unseen.keys()].filter((one) => one > seq).length,

    /** `seq` of each unread message. */
    get seqs() {
      return [...unseen.keys()];
    },

    /** `seq` of the message the line stands before, or null. */
    get line() {
      return line;
    },

    /**
     * Finds the line's place, once; it may be on a page that is not loaded yet.
     * @param {readonly Chat.Message[]} messages
     * @param {boolean} older
     */
    locate(messages, older) {
      if (line !== null || visit.after === null || visit.after >= visit.until) return;
      const first = firstUnread(messages, visit.after, me, older);
      if (first !== null && first <= visit.until) line = first;
    },

    /**
     * Messages that came or changed, as they are now: a deleted one is no longer unread, an edit may have
     * begun to speak to me, or stopped.
     * @param {readonly Chat.Message[]} messages
     */
    arrived(messages) {
      let differs = false;
      for (const message of messages) {
        const { seq, mentions = [] } = message;
        const before = unseen.get(seq);
        const now = isUnread(message, readUpTo ?? 0, me) ? mentions.includes(me) : undefined;
        if (now === before) continue;
        differs = true;
        if (now === undefined) unseen.delete(seq);
        else unseen.set(seq, now);
      }
      if (differs) count();
    },

    /**
     * The end of the log is in view on a visible page.
     * @param {() => number} cursor
     */
    looking(cursor) {
      timer ??= setTimeout(() => {
        timer = undefined;
        const seq = cursor();
        if (mark(seq)) onRead(seq);
      }, MOMENT);
    },

    /** The end is out of view, or the page is. */
    away,

    /**
     * The page is looked at, and shows everything up to here: what comes from now on is seen coming.
     * Where somebody never was before, nothing is unread.
     * @param {number} cursor
     */
    beginVisit(cursor) {
      if (readUpTo === null && mark(cursor)) onRead(cursor);
      visit = { ...visit, until: cursor };
    },

    /** Nobody looks: what comes from now on will be found unread. */
    endVisit() {
      away();
      if (line !== null && unseen.size > 0) return;
      line = null;
      visit = { after: readUpTo, until: Infinity };
    },

    /**
     * The log goes no farther than this: what was read beyond is not in it any more.
     * @param {number} cursor
     */
    setBack(cursor) {
      if (readUpTo === null || readUpTo <= cursor) return;
      readUpTo = cursor;
      unseen.clear();
      count();
    },

    /** @param {number} seq read in another tab */
    readElsewhere(seq) {
      mark(seq);
    },
  };
}
