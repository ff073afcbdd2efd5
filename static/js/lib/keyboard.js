/** Keys that work from anywhere on the page. */

/**
 * Whether a key belongs to an input method that composes: it takes a suggestion there, or gives one up,
 * and means nothing to the page. Safari says 229 for the last key, when `isComposing` is over already.
 * @param {Pick<KeyboardEvent, "isComposing" | "keyCode">} event
 */
export function composes({ isComposing, keyCode }) {
  return isComposing || keyCode === 229;
}

/** Keeps the keys of an input method from every handler of the page, wherever it listens. */
export function guardComposition() {
  addEventListener("keydown", (event) => composes(event) && event.stopImmediatePropagation(), true);
}

/** A page up or down leaves this part of the last one in view. */
const OVERLAP = 0.1;

/**
 * Typing goes to the box wherever the focus is; Page Up and Page Down in the box turn the log's pages.
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} scroller
 */
export function followKeys(box, scroller) {
  document.addEventListener("keydown", (event) => {
    if (startsText(event)) box.focus();
  });
  document.addEventListener("paste", (event) => {
    if (!takesText(event.target)) box.focus();
  });
  box.addEventListener("keydown", (event) => {
    const direction = { PageUp: -1, PageDown: 1 }[event.key];
    if (direction === undefined || box.scrollHeight > box.clientHeight) return;
    event.preventDefault();
    scroller.scrollBy({ top: direction * scroller.clientHeight * (1 - OVERLAP) });
  });
}

/**
 * Whether a key press anywhere on the page is the start of a message.
 * @param {KeyboardEvent} event
 */
export function startsText(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  // Space scrolls, and presses what has the focus.
  if (composes(event) || event.key === " " || [...event.key].length !== 1) return false;
  return !takesText(event.target);
}

/** @param {EventTarget | null} target */
function takesText(target) {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}
