/**
 * Decides which part of the loaded messages is in the document. Pure.
 *
 * A view is the `seq` of its first message, or null for "the newest": a reader who scrolled up
 * keeps the same first message whatever arrives below, and one at the end follows it. Lengths are
 * counted in rows, since a hundred joins and leaves may fold into one.
 */

import { isFolded, lowerBound } from "../state/messages.js";

/** Most rows in the document at a time. */
export const CAP = 300;

/**
 * At most this many rows while the end is followed: each frame of a busy room lays out and paints
 * all of them.
 */
export const AT_END = 120;

/** The number of rows that a step up or down adds. */
export const STEP = 100;

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 * @returns {readonly Chat.Message[]}
 */
export function slice(messages, view) {
  const start = startOf(messages, view);
  return messages.slice(start, forward(messages, start, CAP));
}

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 */
export function reachesEnd(messages, view) {
  return forward(messages, startOf(messages, view), CAP) === messages.length;
}

/**
 * Returns the view one step towards the beginning; the same view when nothing older is loaded.
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 * @returns {number | null}
 */
export function up(messages, view) {
  const start = startOf(messages, view);
  return start === 0 ? view : messages[backward(messages, start, STEP)].seq;
}

/**
 * Returns the view one step towards the newest; the same view when it already shows the last loaded
 * message.
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 * @returns {number | null}
 */
export function down(messages, view) {
  const start = startOf(messages, view);
  const furthest = backward(messages, messages.length, CAP);
  return start >= furthest
    ? view
    : messages[Math.min(furthest, forward(messages, start, STEP))].seq;
}

/**
 * Returns the view of a reader who leaves the end.
 * @param {readonly Chat.Message[]} messages
 * @returns {number | null}
 */
export function viewAtEnd(messages) {
  return messages.length === 0 ? null : messages[startOf(messages, null)].seq;
}

/**
 * Returns a view with a message in its middle.
 * @param {readonly Chat.Message[]} messages
 * @param {number} seq
 * @returns {number | null}
 */
export function around(messages, seq) {
  if (messages.length === 0) return null;
  return messages[backward(messages, lowerBound(messages, seq), CAP / 2)].seq;
}

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 */
function startOf(messages, view) {
  return view === null ? backward(messages, messages.length, AT_END) : lowerBound(messages, view);
}

/**
 * Returns the index of the message `count` rows before another.
 * @param {readonly Chat.Message[]} messages
 * @param {number} index
 * @param {number} count
 */
function backward(messages, index, count) {
  for (let left = count; index > 0; index -= 1) {
    if (isFoldedWithNext(messages, index - 1)) continue;
    if (left === 0) break;
    left -= 1;
  }
  return index;
}

/**
 * Returns the index of the message `count` rows after another.
 * @param {readonly Chat.Message[]} messages
 * @param {number} index
 * @param {number} count
 */
function forward(messages, index, count) {
  const first = index;
  for (let left = count; index < messages.length; index += 1) {
    if (index > first && isFoldedWithNext(messages, index - 1)) continue;
    if (left === 0) break;
    left -= 1;
  }
  return index;
}

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number} index
 */
function isFoldedWithNext(messages, index) {
  return index + 1 < messages.length && isFolded(messages[index]) && isFolded(messages[index + 1]);
}
