/** Keys that work everywhere on the page. */

/**
 * Returns true if a key belongs to an input method that is composing: there it takes a suggestion
 * or gives one up, and means nothing to the page. Safari sends 229 for the last key, when
 * `isComposing` is already false.
 * @param {Pick<KeyboardEvent, "isComposing" | "keyCode">} event
 */
export function belongsToInputMethod({ isComposing, keyCode }) {
  return isComposing || keyCode === 229;
}

/** Hides the keys of an input method from all handlers of the page. */
export function guardComposition() {
  addEventListener(
    "keydown",
    (event) => belongsToInputMethod(event) && event.stopImmediatePropagation(),
    true,
  );
}

/** Page Up and Page Down leave this fraction of the last view visible. */
const OVERLAP = 0.1;

/**
 * @typedef {"search" | "help"} Shortcut
 *
 * @typedef {object} Options
 * @property {HTMLTextAreaElement} box
 * @property {HTMLElement} scroller the log
 * @property {(shortcut: Shortcut) => void} onShortcut
 */

/**
 * Sends typing to the box wherever the focus is. In the box, Page Up and Page Down scroll the log
 * and F6 goes there; Escape comes back. The list that people see of these is in room/help.js.
 * @param {Options} options
 */
export function followKeys({ box, scroller, onShortcut }) {
  document.addEventListener("keydown", (event) => {
    const shortcut = shortcutOf(event);
    if (shortcut !== null && document.querySelector("dialog:modal") === null) {
      event.preventDefault();
      onShortcut(shortcut);
    } else if (startsText(event)) box.focus();
  });
  scroller.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target === scroller) box.focus();
  });
  document.addEventListener("paste", (event) => {
    if (!takesText(event.target)) box.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "F6" && !event.shiftKey) {
      event.preventDefault();
      scroller.focus();
    }
    const direction = { PageUp: -1, PageDown: 1 }[event.key];
    if (direction === undefined || box.scrollHeight > box.clientHeight) return;
    event.preventDefault();
    scroller.scrollBy({ top: direction * scroller.clientHeight * (1 - OVERLAP) });
  });
}

/**
 * Returns what a key press asks for: with Ctrl or ⌘ everywhere, without while nothing is typed.
 * @param {KeyboardEvent} event
 * @returns {Shortcut | null}
 */
export function shortcutOf(event) {
  if (event.defaultPrevented || event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "/") return "help";
    return event.key === "k" && !event.shiftKey ? "search" : null;
  }
  if (!startsText(event)) return null;
  return event.key === "/" ? "search" : event.key === "?" ? "help" : null;
}

/**
 * Returns true if a key press anywhere on the page is the start of a message.
 * @param {KeyboardEvent} event
 */
export function startsText(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  // The space bar scrolls, or presses the focused button.
  if (belongsToInputMethod(event) || event.key === " " || [...event.key].length !== 1) return false;
  return !takesText(event.target);
}

/** @param {EventTarget | null} target */
function takesText(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}
