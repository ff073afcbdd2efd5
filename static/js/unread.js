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
  /** @type {number[]} */
  let unseen = [];
  /** Those of them that speak to me. @type {number[]} */
  let personal = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {number} seq */
  function mark(seq) {
    if (readUpTo !== null && seq <= readUpTo) return false;
    readUpTo = seq;
    unseen = unseen.filter((one) => one > seq);
    personal = personal.filter((one) => one > seq);
    onCount(unseen.length, personal.length);
    return true;
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
    countAfter: (seq) => unseen.filter((one) => one > seq).length,

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

    /** @param {readonly Chat.Message[]} fresh */
    arrived(fresh) {
      const known = Math.max(readUpTo ?? 0, unseen.at(-1) ?? 0);
      const talk = fresh.filter((message) => isUnread(message, known, me));
      if (talk.length === 0) return;
      for (const { seq, mentions = [] } of talk) {
        unseen.push(seq);
        if (mentions.includes(me)) personal.push(seq);
      }
      onCount(unseen.length, personal.length);
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
      if (line !== null && unseen.length > 0) return;
      line = null;
      visit = { after: readUpTo, until: Infinity };
    },

    /** @param {number} seq read in another tab */
    readElsewhere(seq) {
      mark(seq);
    },
  };
}
