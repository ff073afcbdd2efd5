/**
 * The stretch of the log that is loaded: how pages lengthen it, how an earlier one is read while the
 * newest is kept apart, how it is kept within bounds. Pure, on the store's state.
 */

import { append, lowerBound, prepend, revise } from "./messages.js";

/** Most messages kept in memory, counting what is not in the document. */
export const MEMORY_CAP = 2000;

/** Messages of the newest stretch kept while an earlier one is read. */
export const TAIL_CAP = 100;

/**
 * @param {Chat.State} state
 * @param {number} before what was asked for: the page holds the messages just below it
 * @param {Chat.Page} page
 * @returns {Chat.State}
 */
export function older(state, before, page) {
  if (state.messages.at(0)?.seq !== before) return state;
  return { ...state, messages: prepend(state.messages, page.messages), older: page.older };
}

/**
 * A page below `before` continues an earlier stretch only if it reaches down to it; a page cut short
 * by the frame limit may not, and is then ignored (the caller asks for a shorter one).
 * @param {Chat.State} state
 * @param {number} before
 * @param {Chat.Page} page
 * @returns {Chat.State}
 */
export function newer(state, before, page) {
  const last = state.messages.at(-1)?.seq;
  if (state.tail === null || last === undefined || !joins(page, last)) return state;
  const messages = append(revise(state.messages, page.messages), page.messages);
  const tailStart = state.tail[0]?.seq ?? Infinity;
  if (before < tailStart) return { ...state, messages };
  return { ...state, messages: append(revise(messages, state.tail), state.tail), tail: null };
}

/**
 * Whether nothing is missing between a stretch that ends at `last` and the page.
 * @param {Chat.Page} page
 * @param {number} last
 */
export function joins(page, last) {
  return !page.older || (page.messages.at(0)?.seq ?? Infinity) <= last + 1;
}

/**
 * @param {Chat.State} state
 * @param {Chat.Page} page
 * @returns {Chat.State}
 */
export function around(state, page) {
  const end = page.messages.at(-1)?.seq;
  const start = state.messages.at(0)?.seq;
  if (end === undefined || start === undefined) return state;
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
 * Forgets what is furthest from the reader once there is too much.
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
  // All of it is in the document: a run of joins and leaves is one row there.
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
