/** What somebody wrote, as it is shown: in the room, in transcripts, in one's own history. */

import { element } from "../lib/dom.js";
import { fromHtml } from "./markup.js";

const EMOJI_ONLY =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\ufe0f?\u20e3)(?:\p{Emoji_Modifier}|\ufe0f|\u200d|[\u{e0020}-\u{e007f}])*\s*)+$/u;

/** More than this many code points of emoji are a text again. */
const LARGE_EMOJI = 24;

/**
 * The rendered text where there is one; else the plain one, which says the same. Links are found by
 * the server alone (history/markup/addresses.py), so that everybody sees the same ones.
 * @param {{body: string, html?: string}} message
 * @param {Chat.Reader} reader
 */
export function messageText({ body, html }, reader) {
  return html ? framed(fromHtml(html, reader), "rich") : framed([body], "plain");
}

/**
 * @param {(Node | string)[]} children
 * @param {"rich" | "plain"} kind
 */
export function framed(children, kind) {
  const node = element("div", { class: "message__text", dir: "auto" }, ...children);
  if (kind === "rich") node.classList.add("message__text--rich");
  if (isEmojiOnly(node.textContent ?? "") && node.querySelector(":not(p, br)") === null) {
    node.classList.add("message__text--emoji");
  }
  return node;
}

/**
 * Whether a text is a few emoji and nothing else, to be shown large.
 * @param {string} text
 */
export function isEmojiOnly(text) {
  return (
    text.length <= LARGE_EMOJI * 2 &&
    [...text].length <= LARGE_EMOJI &&
    EMOJI_ONLY.test(text.trim())
  );
}
