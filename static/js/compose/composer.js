/** The box one writes in. Never disabled, never empties itself: a text leaves it only into the outbox. */

import { find, setText } from "../lib/dom.js";
import { fill, ngettext } from "../lib/i18n.js";
import { composes } from "../lib/keyboard.js";

/** The count of what is left appears for the last this many code points. */
const COUNT_FROM = 200;

/**
 * @typedef {object} Options
 * @property {HTMLFormElement} form
 * @property {HTMLTextAreaElement} box
 * @property {HTMLElement} counter
 * @property {boolean} touch Enter is a new line: only the button sends
 * @property {() => number} limit code points
 * @property {() => boolean} isHeld nothing can be sent just now; the text waits in the box
 * @property {string} draft
 * @property {(text: string) => void} onDraft
 * @property {(body: string) => void} onSend
 * @property {() => void} onTyping
 */

/** @param {Options} options */
export function createComposer({
  form,
  box,
  counter,
  touch,
  limit,
  isHeld,
  draft,
  onDraft,
  onSend,
  onTyping,
}) {
  const button = find(form, "button[type=submit]", HTMLElement);

  function changed() {
    fit(box);
    button.setAttribute("aria-disabled", String(isHeld()));
    const left = limit() - length(box.value.trim());
    counter.hidden = left > COUNT_FROM;
    counter.classList.toggle("is-over", left < 0);
    box.setAttribute("aria-invalid", String(left < 0));
    setText(counter, remaining(left));
  }

  function send() {
    const body = clean(box.value);
    if (body === "" || length(body) > limit() || isHeld()) return;
    box.value = "";
    changed();
    onSend(body);
    box.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  // A click would take the focus first, and with it the on-screen keyboard.
  form.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest("button")) event.preventDefault();
  });
  box.addEventListener("keydown", (event) => {
    if (!sends(event, touch)) return;
    event.preventDefault();
    send();
  });
  box.addEventListener("input", () => {
    changed();
    onDraft(box.value);
    if (box.value.trim() !== "") onTyping();
  });

  // What the key of an on-screen keyboard says is what it does.
  box.enterKeyHint = touch ? "enter" : "send";
  if (box.value === "") box.value = draft;
  changed();
  if (!touch) box.focus();

  return {
    get text() {
      return box.value;
    },
    /** @param {string} text in place of what is there; the caret goes to its end */
    setText(text) {
      box.value = text;
      box.setSelectionRange(text.length, text.length);
      changed();
      onDraft(text);
    },
    /** What the server says of it may be another: the limit, whether one may write. */
    refresh: changed,
  };
}

/**
 * Whether a key press sends. Not while an input method composes: there Enter takes a suggestion.
 * @param {Pick<KeyboardEvent, "key" | "keyCode" | "isComposing" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
 * @param {boolean} touch
 */
export function sends(event, touch) {
  if (event.key !== "Enter" || composes(event)) return false;
  if (event.ctrlKey || event.metaKey) return true;
  return !touch && !event.shiftKey && !event.altKey;
}

/**
 * Without the blank lines around it, and without half characters, which no server can store.
 * @param {string} text
 */
export function clean(text) {
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd").replace(/^(?:[ \t]*\r?\n)+|\s+$/g, "");
}

/** Code points, as the server counts. @param {string} text */
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
 * As high as its text; the most is set in the style sheet.
 * @param {HTMLTextAreaElement} box
 */
function fit(box) {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
