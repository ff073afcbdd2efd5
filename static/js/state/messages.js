/** Lists of messages: always by `seq` ascending, without holes, never changed in place. Pure. */

import { gettext } from "../lib/i18n.js";

/**
 * Index of the first message whose `seq` is at least the given one.
 * @param {readonly Chat.Message[]} list
 * @param {number} seq
 */
export function lowerBound(list, seq) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param {readonly Chat.Message[]} list
 * @param {number} seq
 */
export function has(list, seq) {
  return list[lowerBound(list, seq)]?.seq === seq;
}

/**
 * Replaces those in the list that changed since. What the list does not hold is left out: a page that
 * brings it later brings it as it then is.
 * @param {readonly Chat.Message[]} list
 * @param {readonly Chat.Message[]} changes
 * @returns {readonly Chat.Message[]} the same list when nothing in it changed
 */
export function revise(list, changes) {
  /** @type {Chat.Message[] | null} */
  let copy = null;
  for (const message of changes) {
    const index = lowerBound(list, message.seq);
    const held = list[index];
    if (held?.seq !== message.seq || held.changed >= message.changed) continue;
    copy ??= list.slice();
    copy[index] = message;
  }
  return copy ?? list;
}

/**
 * @param {readonly Chat.Message[]} list
 * @param {readonly Chat.Message[]} newer
 * @returns {readonly Chat.Message[]}
 */
export function append(list, newer) {
  const last = list.at(-1)?.seq ?? -1;
  const added = newer.filter((message) => message.seq > last);
  if (added.length === 0) return list;
  return list.concat(added.sort((a, b) => a.seq - b.seq));
}

/**
 * @param {readonly Chat.Message[]} list
 * @param {readonly Chat.Message[]} older
 * @returns {readonly Chat.Message[]}
 */
export function prepend(list, older) {
  const first = list.at(0)?.seq ?? Infinity;
  const added = older.filter((message) => message.seq < first);
  return added.length === 0 ? list : added.concat(list);
}

/**
 * Joins and leaves, which fold into one row of the log when they follow each other.
 * @param {Chat.Message} message
 */
export function isFolded({ kind }) {
  return kind === "join" || kind === "leave";
}

/**
 * Whether a message counts as new for someone who has read up to a `seq`, as the list of rooms counts it
 * (rooms' unread counts on the server): something that somebody else said, and that was not deleted.
 * @param {Chat.Message} message
 * @param {number} readUpTo
 * @param {string} me
 */
export function isUnread(message, readUpTo, me) {
  const { kind, deleted, seq, author } = message;
  return kind === "chat" && !deleted && seq > readUpTo && author?.id !== me;
}

/**
 * `seq` of the first unread message; null when there is none, or when it is not loaded yet.
 * @param {readonly Chat.Message[]} list
 * @param {number} readUpTo
 * @param {string} me
 * @param {boolean} older there is more before the list
 */
export function firstUnread(list, readUpTo, me, older) {
  if (older && list.length > 0 && list[0].seq > readUpTo) return null;
  return list.find((message) => isUnread(message, readUpTo, me))?.seq ?? null;
}

/**
 * What its author is called now, else what they were called then.
 * @param {Chat.Message} message
 * @param {ReadonlyMap<string, string>} names
 */
export function nameOf({ author }, names) {
  return author === null ? gettext("Someone") : (names.get(author.id) ?? author.name);
}
