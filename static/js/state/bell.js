/** Which messages somebody is notified of, and what a notification says. Pure. */

import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isToMe, isUnread, nameOf } from "./messages.js";

/** The characters of a message that a notification shows. */
const SHOWN = 200;

/** Names in a notification of several messages that shows no text. */
const NAMED = 3;

/** What a member is notified of. @typedef {"everything" | "to_me" | "nothing"} Position */

/**
 * Returns those of some messages that a member is to be notified of.
 * @param {readonly Chat.Message[]} messages
 * @param {object} reader
 * @param {string} reader.me
 * @param {number} reader.readUpTo here or elsewhere
 * @param {Position} reader.position of the bell
 * @param {(seq: number) => boolean} reader.isMine
 * @param {ReadonlySet<string>} reader.hidden the people whom they have hidden
 */
export function ringing(messages, { me, readUpTo, position, isMine, hidden }) {
  if (position === "nothing") return [];
  return messages.filter(
    (message) =>
      isUnread(message, readUpTo, me, hidden) &&
      (position === "everything" || isToMe(message, me, isMine)),
  );
}

/**
 * Returns the title and text of one notification of messages of a room, as the server makes them for
 * web push.
 * @param {readonly Chat.Message[]} messages at least one
 * @param {object} view
 * @param {{title: string, code: string}} view.room
 * @param {ReadonlyMap<string, string>} view.names
 * @param {boolean} view.showsText false: only who spoke is said, and where
 * @param {(message: Chat.Message) => string} view.textOf
 */
export function notificationOf(messages, { room, names, showsText, textOf }) {
  const title = room.title || room.code;
  const last = messages[messages.length - 1];
  const name = nameOf(last, names);
  const text = showsText
    ? fill(gettext("%(name)s: %(text)s"), { name, text: shortened(textOf(last)) })
    : spoke([...new Set(messages.map((message) => nameOf(message, names)))]);
  if (messages.length === 1) return { title, body: text };
  const count = fill(ngettext("%(count)s new message", "%(count)s new messages", messages.length), {
    count: messages.length,
  });
  return { title, body: `${count}\n${text}` };
}

/** @param {readonly string[]} names */
function spoke(names) {
  const some = names.slice(-NAMED).join(", ");
  return names.length > NAMED
    ? fill(gettext("%(names)s and others wrote"), { names: some })
    : fill(gettext("%(names)s wrote"), { names: some });
}

/** @param {string} text */
function shortened(text) {
  const line = text.replace(/\s+/g, " ").trim();
  // By characters as people count them: half an emoji is none.
  const characters = [...line];
  return characters.length <= SHOWN ? line : `${characters.slice(0, SHOWN - 1).join("")}…`;
}
