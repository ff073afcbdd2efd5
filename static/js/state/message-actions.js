/** What I may do with a message. Pure. */

/** What one click puts to a message. */
export const QUICK = Object.freeze(["👍", "❤️", "😂", "🎉", "😮", "😢"]);

/**
 * @typedef {"react" | "reply" | "edit" | "pin" | "unpin" | "text" | "link" | "report" | "delete"} Deed
 */

/**
 * In the order they are offered. The server has the last word; this only spares people a refusal.
 * @param {Chat.Message} message
 * @param {Chat.You} you
 * @returns {Deed[]}
 */
export function deeds(message, you) {
  if (message.kind !== "chat") return [];
  if (message.deleted) return ["link"];
  const mine = message.author?.id === you.id;
  const runs = you.role === "owner" || you.role === "moderator";
  /** @type {Deed[]} */
  const offered = ["react", "reply"];
  if (mine) offered.push("edit");
  if (runs) offered.push(message.pinned ? "unpin" : "pin");
  offered.push("text", "link");
  if (!mine) offered.push("report");
  if (mine || runs) offered.push("delete");
  return offered;
}

/**
 * The message that the Up key edits: my last one.
 * @param {readonly Chat.Message[]} messages
 * @param {string} me
 */
export function lastOfMine(messages, me) {
  return messages.findLast(
    ({ kind, author, deleted }) => kind === "chat" && author?.id === me && !deleted,
  );
}

const BREAK = /<br>|<\/(?:p|li|pre|blockquote)>/gu;
const TAG = /<(?:[^<>"]|"[^"]*")*>/gu;
const ENTITY = /&(amp|lt|gt|quot);/gu;
/** @type {Record<string, string>} */
const SIGNS = { amp: "&", lt: "<", gt: ">", quot: '"' };

/**
 * A message in one line, for a quote: as it is read, without the marks of Markdown.
 * @param {Chat.Message} message its `html`, if any, as the server rendered it
 * @param {number} [limit] characters
 */
export function excerpt({ body, html }, limit = 140) {
  const text = html
    ? html
        .replace(BREAK, " ")
        .replace(TAG, "")
        .replace(ENTITY, (_, name) => SIGNS[name])
    : body;
  const line = text.replace(/\s+/gu, " ").trim();
  const characters = [...line];
  return characters.length > limit ? `${characters.slice(0, limit).join("").trimEnd()}…` : line;
}
