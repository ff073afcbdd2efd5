/** What somebody wrote, as it is shown: in the room, in transcripts, in one's own history. */

import { codeBlock } from "./code-block.js";
import { element } from "./dom.js";
import { isEmojiOnly, tokens } from "./linkify.js";
import { fromHtml } from "./markup.js";

/**
 * The rendered text where there is one; else the plain one, with its links, its code, and the reader's
 * own name.
 * @param {{body: string, html?: string}} message
 * @param {Chat.Reader} reader
 */
export function messageText({ body, html }, reader) {
  if (html) return framed(fromHtml(html, reader), "rich");
  return framed(
    tokens(body, reader.myName()).map((token) => render(token, reader)),
    "plain",
  );
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
 * @param {Chat.Token} token
 * @param {Chat.Reader} reader
 * @returns {Node | string}
 */
function render(token, { sprite }) {
  switch (token.type) {
    case "text":
      return token.text;
    case "mention":
      return element("mark", { class: "mention" }, token.text);
    case "code":
      return element("code", {}, token.text);
    case "block":
      return codeBlock(token.text, token.language, sprite);
    case "link":
      return element(
        "a",
        { href: token.href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" },
        token.text,
      );
  }
}
