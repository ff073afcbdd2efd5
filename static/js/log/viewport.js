/**
 * Which part of the loaded messages is in the document. Pure.
 *
 * A view is the `seq` of its first message, or null for "the newest": a reader who scrolled up keeps
 * the same first message whatever arrives below, one at the bottom follows the end. Lengths are in
 * rows: joins and leaves that fold into one are one, or a hundred of them would leave no talk to see.
 */

import { isFolded, lowerBound } from "../state/messages.js";

/** Most rows in the document at a time. */
export const CAP = 300;

/** So many while the end is followed: each frame of a busy room lays out and paints all there are. */
export const AT_END = 120;

/** How many a step up or down brings in. */
export const STEP = 100;

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 * @returns {readonly Chat.Message[]}
 */
export function slice(messages, view) {
  const start = startOf(messages, view);
  return messages.slice(start, forth(messages, start, CAP));
}

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 */
export function reachesEnd(messages, view) {
  return forth(messages, startOf(messages, view), CAP) === messages.length;
}

/**
 * One step towards the beginning; the same view when nothing older is loaded.
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 * @returns {number | null}
 */
export function up(messages, view) {
  const start = startOf(messages, view);
  return start === 0 ? view : messages[back(messages, start, STEP)].seq;
}

/**
 * One step towards the newest; the same view when it already shows the last one loaded.
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 * @returns {number | null}
 */
export function down(messages, view) {
  const start = startOf(messages, view);
  const furthest = back(messages, messages.length, CAP);
  return start >= furthest ? view : messages[Math.min(furthest, forth(messages, start, STEP))].seq;
}

/**
 * The view a reader has who leaves the bottom.
 * @param {readonly Chat.Message[]} messages
 * @returns {number | null}
 */
export function hold(messages) {
  return messages.length === 0 ? null : messages[startOf(messages, null)].seq;
}

/**
 * A view with this message in its middle.
 * @param {readonly Chat.Message[]} messages
 * @param {number} seq
 * @returns {number | null}
 */
export function around(messages, seq) {
  if (messages.length === 0) return null;
  return messages[back(messages, lowerBound(messages, seq), CAP / 2)].seq;
}

/**
 * @param {readonly Chat.Message[]} messages
 * @param {number | null} view
 */
function startOf(messages, view) {
  return view === null ? back(messages, messages.length, AT_END) : lowerBound(messages, view);
}

/**
 * Index so many rows before another.
 * @param {readonly Chat.Message[]} messages
 * @param {number} index
 * @param {number} count
 */
function back(messages, index, count) {
  for (let left = count; index > 0; index -= 1) {
    if (isFoldedWithNext(messages, index - 1)) continue;
    if (left === 0) break;
    left -= 1;
  }
  return index;
}

/**
 * Index so many rows after another.
 * @param {readonly Chat.Message[]} messages
 * @param {number} index
 * @param {number} count
 */
function forth(messages, index, count) {
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
