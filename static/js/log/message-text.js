/** Draws the text of a message: in the room, in transcripts, in one's own history. */

import { element } from "../lib/dom.js";
import { fromHtml } from "./markup.js";

const EMOJI_ONLY =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\ufe0f?\u20e3)(?:\p{Emoji_Modifier}|\ufe0f|\u200d|[\u{e0020}-\u{e007f}])*\s*)+$/u;

/** A text of more code points than this is not shown as large emoji. */
const LARGE_EMOJI = 24;

/**
 * Draws a message's HTML where there is some, else its body. Only the server finds links
 * (history/markup/addresses.py), so that everybody sees the same ones.
 * @param {{body: string, html?: string}} message
 * @param {Chat.Reader} reader
 */
export function messageText({ body, html }, reader) {
  return html ? textElement(fromHtml(html, reader), "rich") : textElement([body], "plain");
}

/**
 * @param {(Node | string)[]} children
 * @param {"rich" | "plain"} kind
 */
export function textElement(children, kind) {
  const node = element("div", { class: "message__text", dir: "auto" }, ...children);
  if (kind === "rich") node.classList.add("message__text--rich");
  if (isEmojiOnly(node.textContent ?? "") && node.querySelector(":not(p, br)") === null) {
    node.classList.add("message__text--emoji");
  }
  return node;
}

/**
 * Returns true if a text is a few emoji and nothing else; they are shown large.
 * @param {string} text
 */
export function isEmojiOnly(text) {
  return (
    text.length <= LARGE_EMOJI * 2 &&
    [...text].length <= LARGE_EMOJI &&
    EMOJI_ONLY.test(text.trim())
  );
}
