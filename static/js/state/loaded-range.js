/**
 * The loaded range of the log: how pages extend it, how an earlier range is read while the newest
 * is kept apart, how it is kept within bounds. Pure, on the store's state.
 */

import { append, endOf, lowerBound, prepend, revise } from "./messages.js";

/** At most this many messages are kept in memory, shown or not. */
export const MEMORY_CAP = 2000;

/** This many of the newest messages are kept while an earlier range is read. */
export const TAIL_CAP = 100;

/**
 * @param {Chat.State} state
 * @param {number} before as requested: the page has the messages just below it
 * @param {Chat.Page} page
 * @returns {Chat.State}
 */
export function older(state, before, page) {
  if (state.messages.at(0)?.seq !== before) return state;
  return { ...state, messages: prepend(state.messages, page.messages), older: page.older };
}

/**
 * Adds a page above an earlier range, if it reaches down to it. A page that the frame limit cut
 * short may not; it is then ignored, and the caller requests a shorter one.
 * @param {Chat.State} state
 * @param {number} before
 * @param {Chat.Page} page
 * @returns {Chat.State}
 */
export function newer(state, before, page) {
  const last = endOf(state.messages);
  if (state.tail === null || last === 0 || !isContiguous(page, last)) return state;
  const messages = append(revise(state.messages, page.messages), page.messages);
  const tailStart = state.tail[0]?.seq ?? Infinity;
  if (before < tailStart) return { ...state, messages };
  return { ...state, messages: append(revise(messages, state.tail), state.tail), tail: null };
}

/**
 * Returns true if no message is missing between a range that ends at `last` and the page.
 * @param {Chat.Page} page
 * @param {number} last
 */
export function isContiguous(page, last) {
  return !page.older || (page.messages.at(0)?.seq ?? Infinity) <= last + 1;
}

/**
 * @param {Chat.State} state
 * @param {Chat.Page} page
 * @returns {Chat.State}
 */
export function around(state, page) {
  const end = endOf(page.messages);
  const start = state.messages.at(0)?.seq;
  if (end === 0 || start === undefined) return state;
  if (end >= start - 1 && state.tail === null) {
    const messages = prepend(state.messages, page.messages);
    if (messages === state.messages) return state;
    return { ...state, messages, older: page.older };
  }
  const newestOnes = state.tail ?? state.messages;
  return {
    ...state,
    messages: append([], page.messages),
    older: page.older,
    tail: newestOnes.slice(-TAIL_CAP),
  };
}

/**
 * @param {Chat.State} state
 * @returns {Chat.State}
 */
export function newest(state) {
  return state.tail === null ? state : { ...state, messages: state.tail, tail: null, older: true };
}

/**
 * Drops the messages furthest from the reader when there are too many.
 * @param {Chat.State} state
 * @param {number} first `seq` of the first message in the document
 * @param {number} last
 * @returns {Chat.State}
 */
export function trim(state, first, last) {
  const { messages } = state;
  const excess = messages.length - MEMORY_CAP;
  if (excess <= 0) return state;
  const above = lowerBound(messages, first);
  const below = messages.length - lowerBound(messages, last + 1);
  // All of it is in the document, where a run of joins and leaves is one row.
  if (above === 0 && below === 0) return state;
  if (above >= below) {
    return { ...state, messages: messages.slice(Math.min(excess, above)), older: true };
  }
  return {
    ...state,
    messages: messages.slice(0, messages.length - Math.min(excess, below)),
    tail: state.tail ?? messages.slice(-TAIL_CAP),
  };
}
