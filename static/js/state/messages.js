/**
 * Functions on lists of messages. A list is sorted by `seq`, has no holes, and is never changed in
 * place. Pure.
 */

import { gettext } from "../lib/i18n.js";

/**
 * Returns the index of the first message whose `seq` is at least the given one.
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
 * Returns the number of the last message of a list, or of the last one that it stands for; 0 for an
 * empty list.
 * @param {readonly Chat.Message[]} list
 */
export function endOf(list) {
  const last = list.at(-1);
  return last?.through ?? last?.seq ?? 0;
}

/**
 * Replaces the messages in a list that have changed. Changes of messages that are not in the list
 * are ignored: a page that loads such a message later has it as it is then.
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
    if (held.through !== undefined && message.through === undefined) continue; // one of many
    copy ??= list.slice();
    copy[index] = message;
  }
  return copy ?? list;
}

/**
 * A crowd that began in the list and goes on beyond it takes the place of what is there of it.
 * @param {readonly Chat.Message[]} list
 * @param {readonly Chat.Message[]} newer
 * @returns {readonly Chat.Message[]}
 */
export function append(list, newer) {
  const last = endOf(list);
  const added = newer.filter(({ seq, through = seq }) => through > last);
  if (added.length === 0) return list;
  added.sort((a, b) => a.seq - b.seq);
  return list.slice(0, lowerBound(list, added[0].seq)).concat(added);
}

/**
 * A crowd that goes on into the list takes the place of what is there of it.
 * @param {readonly Chat.Message[]} list
 * @param {readonly Chat.Message[]} older
 * @returns {readonly Chat.Message[]}
 */
export function prepend(list, older) {
  const first = list.at(0)?.seq ?? Infinity;
  const added = older.filter((message) => message.seq < first);
  if (added.length === 0) return list;
  const end = endOf(added);
  return added.concat(list.filter(({ seq, through = seq }) => through > end));
}

/**
 * Returns true for joins and leaves; consecutive ones fold into one row of the log.
 * @param {Chat.Message} message
 */
export function isFolded({ kind }) {
  return kind === "join" || kind === "leave";
}

/**
 * Returns true for what a person said whom I have hidden.
 * @param {Chat.Message} message
 * @param {ReadonlySet<string>} hidden ids of people
 */
export function isHidden({ kind, author }, hidden) {
  return kind === "chat" && author !== null && hidden.has(author.id);
}

/**
 * Returns true if a message counts as unread for somebody who has read up to a `seq`: somebody else
 * wrote it, who is not hidden, and it was not deleted. The list of rooms counts in the same way on
 * the server.
 * @param {Chat.Message} message
 * @param {number} readUpTo
 * @param {string} me
 * @param {ReadonlySet<string>} hidden ids of people
 */
export function isUnread(message, readUpTo, me, hidden) {
  const { kind, deleted, seq, author } = message;
  const isOfOthers = kind === "chat" && !deleted && seq > readUpTo && author?.id !== me;
  return isOfOthers && !isHidden(message, hidden);
}

/**
 * Returns true if a message speaks to somebody: it mentions them, or it answers a message of theirs.
 * @param {Chat.Message} message
 * @param {string} me
 * @param {(seq: number) => boolean} isMine whether I wrote the message with this `seq`
 */
export function isToMe({ mentions = [], reply_to }, me, isMine) {
  return mentions.includes(me) || (reply_to !== null && isMine(reply_to));
}

/**
 * Returns the `seq` of the first unread message; null when there is none, or when it is not loaded
 * yet.
 * @param {readonly Chat.Message[]} list
 * @param {number} readUpTo
 * @param {string} me
 * @param {boolean} older true if there are messages before the list
 * @param {ReadonlySet<string>} hidden ids of people
 */
export function firstUnread(list, readUpTo, me, older, hidden) {
  if (older && list.length > 0 && list[0].seq > readUpTo) return null;
  return list.find((message) => isUnread(message, readUpTo, me, hidden))?.seq ?? null;
}

/**
 * Returns the author's present name; if that is unknown, the name at the time of the message.
 * @param {Chat.Message} message
 * @param {ReadonlyMap<string, string>} names
 */
export function nameOf({ author }, names) {
  return author === null ? gettext("Someone") : (names.get(author.id) ?? author.name);
}
