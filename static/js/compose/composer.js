/** The box for writing messages. It is never disabled, and a text leaves it only for the outbox. */

import { find, setText } from "../lib/dom.js";
import { fill, ngettext } from "../lib/i18n.js";
import { belongsToInputMethod } from "../lib/keyboard.js";

/** The count of code points that are left appears when they are no more than this. */
const SHOW_COUNT_FROM = 200;

/**
 * @typedef {object} Options
 * @property {HTMLFormElement} form
 * @property {HTMLTextAreaElement} box
 * @property {HTMLElement} counter
 * @property {boolean} touch Enter starts a new line, and only the button sends
 * @property {() => number} limit code points
 * @property {() => boolean} isBlocked nothing can be sent just now; the text waits in the box
 * @property {string} draft
 * @property {(text: string) => void} onDraft
 * @property {(body: string) => void} onSend
 * @property {() => void} onTyping
 * @property {{readonly isEmpty: boolean, readonly preparing: Promise<void> | null}} files go with
 *   the next message: `preparing` resolves once all of them can
 * @property {() => {message: Chat.Message} | null} editing an edit takes no files, which wait for
 *   the next message
 */

/** @param {Options} options */
export function createComposer({
  form,
  box,
  counter,
  touch,
  limit,
  isBlocked,
  draft,
  onDraft,
  onSend,
  onTyping,
  files,
  editing,
}) {
  const button = find(form, "button[type=submit]", HTMLElement);

  function changed() {
    fit(box);
    button.setAttribute("aria-disabled", String(isBlocked()));
    const left = limit() - length(box.value.trim());
    counter.hidden = left > SHOW_COUNT_FROM;
    counter.classList.toggle("is-over", left < 0);
    box.setAttribute("aria-invalid", String(left < 0));
    setText(counter, remaining(left));
  }

  function send() {
    const body = cleanText(box.value);
    const edited = editing();
    const hasFiles = edited === null && !files.isEmpty;
    const isEnough = body !== "" || hasFiles || edited?.message.files !== undefined;
    if (!isEnough || length(body) > limit() || isBlocked()) return;
    // The text waits in the box, so that it goes with its pictures.
    if (hasFiles && files.preparing) return void files.preparing.then(send);
    box.value = "";
    changed();
    onSend(body);
    box.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  // A click on the button would take the focus from the box and close the on-screen keyboard.
  form.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest("button")) event.preventDefault();
  });
  box.addEventListener("keydown", (event) => {
    if (!isSendKey(event, touch)) return;
    event.preventDefault();
    send();
  });
  box.addEventListener("input", () => {
    changed();
    onDraft(box.value);
    if (box.value.trim() !== "") onTyping();
  });

  // The label of the Enter key on an on-screen keyboard says what the key does.
  box.enterKeyHint = touch ? "enter" : "send";
  if (box.value === "") box.value = draft;
  changed();
  if (!touch) box.focus();

  return {
    get text() {
      return box.value;
    },
    /** Replaces the text; the caret goes to its end. @param {string} text */
    setText(text) {
      box.value = text;
      box.setSelectionRange(text.length, text.length);
      changed();
      onDraft(text);
    },
    /** Shows again what depends on the server: the limit, and whether a message may be sent. */
    refresh: changed,
  };
}

/**
 * Returns true if a key press sends the message. While an input method composes, Enter takes a
 * suggestion instead.
 * @param {Pick<KeyboardEvent, "key" | "keyCode" | "isComposing" | "shiftKey" | "ctrlKey" |
 *   "metaKey" | "altKey">} event
 * @param {boolean} touch
 */
export function isSendKey(event, touch) {
  if (event.key !== "Enter" || belongsToInputMethod(event)) return false;
  if (event.ctrlKey || event.metaKey) return true;
  return !touch && !event.shiftKey && !event.altKey;
}

/**
 * Returns a text without the blank lines around it. Lone surrogates, which no server can store,
 * become U+FFFD.
 * @param {string} text
 */
export function cleanText(text) {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd").replace(/^(?:[ \t]*\r?\n)+|\s+$/g, "");
}

/** Counts code points, as the server does. @param {string} text */
export function length(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** @param {number} left */
function remaining(left) {
  return left >= 0
    ? fill(ngettext("%(n)s character left", "%(n)s characters left", left), { n: left })
    : fill(ngettext("%(n)s character too many", "%(n)s characters too many", -left), { n: -left });
}

/**
 * Makes the box as high as its text; the style sheet sets the maximum.
 * @param {HTMLTextAreaElement} box
 */
function fit(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
