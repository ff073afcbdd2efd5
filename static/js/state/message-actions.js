/** The actions that I may take on a message. Pure. */

import { filesInWords } from "./file-words.js";

/** The reactions that the menu offers directly. */
export const QUICK_REACTIONS = Object.freeze(["👍", "❤️", "😂", "🎉", "😮", "😢"]);

/**
 * @typedef {"react" | "reply" | "edit" | "pin" | "unpin" | "text" | "link" | "hide" | "unhide" |
 *   "report" | "delete"} MessageAction
 */

/**
 * Returns the actions in the order in which they are offered. The server has the last word; this
 * only avoids refusals.
 * @param {Chat.Message} message
 * @param {Chat.You} you
 * @returns {MessageAction[]}
 */
export function actionsFor(message, you) {
  if (message.kind !== "chat" || message.deleted) return [];
  const mine = message.author?.id === you.id;
  const isModerator = you.role === "owner" || you.role === "moderator";
  /** @type {MessageAction[]} */
  const offered = ["react", "reply"];
  if (mine) offered.push("edit");
  if (isModerator) offered.push(message.pinned ? "unpin" : "pin");
  if (message.body !== "") offered.push("text");
  offered.push("link");
  const isHidden = you.hidden?.includes(message.author?.id ?? "");
  if (!mine) offered.push(isHidden ? "unhide" : "hide", "report");
  if (mine || isModerator) offered.push("delete");
  return offered;
}

/**
 * Returns the message that the Up key edits: my last one.
 * @param {readonly Chat.Message[]} messages
 * @param {string} me
 */
export function lastOfMine(messages, me) {
  return messages.findLast(
    ({ kind, author, deleted }) => kind === "chat" && author?.id === me && !deleted,
  );
}

const BREAK = /<br>|<\/(?:p|li|pre|blockquote)>/gu;
const NEXT_ITEM = /<\/li>\s*<li[^<>]*>/gu;
const TAG = /<(?:[^<>"]|"[^"]*")*>/gu;
const ENTITY = /&(amp|lt|gt|quot);/gu;
/** @type {Record<string, string>} */
const SIGNS = { amp: "&", lt: "<", gt: ">", quot: '"' };

/**
 * Returns the lines of a message as they read, without Markdown's marks. Of a message without text it
 * says which files it has.
 * @param {Chat.Message} message its `html`, if any, as the server rendered it
 */
function lines({ body, html, files }) {
  const text = html
    ? html
        .replace(NEXT_ITEM, " · ")
        .replace(BREAK, "\n")
        .replace(TAG, "")
        .replace(ENTITY, (_, name) => SIGNS[name])
    : body || filesInWords(files);
  return text
    .split("\n")
    .map((line) => line.replace(/\s+/gu, " ").trim())
    .filter((line) => line !== "");
}

/**
 * Returns a message in one line, for a quote or a pin.
 * @param {Chat.Message} message
 * @param {number} [limit] characters
 */
export function excerpt(message, limit = 140) {
  const line = lines(message).join(" ");
  const characters = [...line];
  return characters.length > limit ? `${characters.slice(0, limit).join("").trimEnd()}…` : line;
}
