/** Draws the text of a message, and folds a long one. DOM, no network. */

import { element } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { fromHtml } from "./markup.js";

const EMOJI_ONLY =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\ufe0f?\u20e3)(?:\p{Emoji_Modifier}|\ufe0f|\u200d|[\u{e0020}-\u{e007f}])*\s*)+$/u;

/** A text of more code points than this is not shown as large emoji. */
const LARGE_EMOJI = 24;

/**
 * A text of more lines is folded to SHOWN_LINES of them: fewer than the difference are not worth a
 * press of a button.
 */
const MAX_LINES = 25;
const SHOWN_LINES = 20;

/** A text with fewer characters and fewer line breaks is never measured. */
const LONG_TEXT = 500;
const LONG_LINES = 10;

/**
 * Draws a message's HTML where there is some, else its body. Only the server finds links
 * (history/markup/addresses.py), so that everybody sees the same ones.
 * @param {{body: string, html?: string}} message
 * @param {Chat.Reader} reader
 */
export function messageText({ body, html }, reader) {
  const node = html ? textElement(fromHtml(html, reader), "rich") : textElement([body], "plain");
  const mayBeLong = body.length > LONG_TEXT || body.split("\n").length > LONG_LINES;
  if (mayBeLong) node.dataset.fold = "unknown";
  return node;
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

/**
 * Folds long texts. What a reader has opened stays open, also when its row is drawn again or comes
 * back into the document.
 * @param {HTMLElement} rows
 * @param {(change: () => void) => void} keepPlace makes a change at the reader's wish
 * @param {{most?: number, shown?: number}} [lines] a text of more than `most` of them is folded to
 *   `shown`
 */
export function createFolding(rows, keepPlace, { most = MAX_LINES, shown = SHOWN_LINES } = {}) {
  /** The names of the rows that were opened. @type {Set<string>} */
  const opened = new Set();

  /** @param {Element} node in a row */
  function nameOf(node) {
    const row = node.closest("article");
    // A message that a jump leads to is shown whole.
    if (row?.classList.contains("is-target")) opened.add(row.dataset.seq ?? "");
    return row?.dataset.seq ?? row?.dataset.clientId ?? "";
  }

  /** @param {HTMLElement} text @param {boolean} isOpen */
  function fold(text, isOpen) {
    text.dataset.fold = isOpen ? "open" : "shut";
    const button = text.nextElementSibling;
    if (!button?.matches("[data-unfold]")) return;
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? gettext("Show less") : gettext("Show more");
  }

  /** @param {HTMLElement} text @param {boolean} isOpen */
  function choose(text, isOpen) {
    const name = nameOf(text);
    if (isOpen) opened.add(name);
    else opened.delete(name);
    keepPlace(() => fold(text, isOpen));
    if (!isOpen) text.closest("article, .line")?.scrollIntoView({ block: "nearest" });
  }

  rows.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-unfold]") : null;
    const text = button?.previousElementSibling;
    if (text instanceof HTMLElement) choose(text, text.dataset.fold === "shut");
  });
  // The Tab key may lead to a link that is folded away.
  rows.addEventListener("focusin", ({ target }) => {
    const text = target instanceof Element ? target.closest('[data-fold="shut"]') : null;
    if (!(text instanceof HTMLElement) || !(target instanceof Element)) return;
    const end = text.getBoundingClientRect().bottom;
    if (target.getBoundingClientRect().bottom > end) choose(text, true);
  });

  return {
    /** Measures and folds the texts that were drawn since the last call: one layout for all. */
    settle() {
      /** @type {NodeListOf<HTMLElement>} */
      const unknown = rows.querySelectorAll('[data-fold="unknown"]');
      const heights = [...unknown].map((text) => text.scrollHeight);
      for (const [index, text] of unknown.entries()) {
        const line = Number.parseFloat(getComputedStyle(text).lineHeight);
        delete text.dataset.fold;
        if (heights[index] <= most * line) continue;
        text.style.setProperty("--shown", String(shown));
        text.after(
          element("button", { class: "message__fold", type: "button", "data-unfold": true }),
        );
        fold(text, opened.has(nameOf(text)));
      }
    },
  };
}
