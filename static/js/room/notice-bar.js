/**
 * The notice over the log: what has just happened, with at most one thing to do about it. It covers
 * the log rather than moving it, and goes away by itself, except when it tells of a failure.
 */

import { find, setText } from "../lib/dom.js";
import { roleOf, setTone } from "../lib/tones.js";

/** @typedef {import("../lib/tones.js").Tone} Tone */

/**
 * How long a notice is shown, in milliseconds. What has to be read, or decided, stays longer.
 * @type {Record<Tone, number>}
 */
const SHOWN_FOR = { success: 6_000, info: 20_000, warning: 12_000, failure: Infinity };

/** A notice with a button stays at least this long. Milliseconds. */
const SHOWN_WITH_ACTION = 12_000;

/**
 * @param {HTMLElement} bar holds a text, a button for the action, and one to close it
 * @param {string} sprite
 */
export function createNoticeBar(bar, sprite) {
  const text = find(bar, "p", HTMLElement);
  const actionButton = find(bar, "[data-notice-action]", HTMLButtonElement);
  const close = find(bar, "[data-close]", HTMLButtonElement);
  let run = () => {};
  /** How many notices were shown: the number of the one that is shown now. */
  let shown = 0;
  let duration = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function hide() {
    clearTimeout(timer);
    bar.hidden = true;
    // The same sentence again is a change, and is spoken again.
    setText(text, "");
  }

  /** Counts from the beginning while nobody points at the notice and the page is seen. */
  function count() {
    clearTimeout(timer);
    const isHeld = document.hidden || bar.matches(":hover, :focus-within");
    if (!bar.hidden && !isHeld && duration < Infinity) timer = setTimeout(hide, duration);
  }
  for (const type of ["pointerenter", "pointerleave", "focusin"]) bar.addEventListener(type, count);
  // While the focus moves, nothing has it.
  bar.addEventListener("focusout", () => setTimeout(count));
  document.addEventListener("visibilitychange", count);

  close.addEventListener("click", hide);
  actionButton.addEventListener("click", () => {
    hide();
    run();
  });

  return {
    hide,
    /**
     * @param {Tone} tone
     * @param {string} message
     * @param {{label: string, run: () => void}} [action]
     * @returns {(message: string) => void} replaces the text, or with "" hides the bar, as long as
     *   this is the notice that is shown
     */
    show(tone, message, action) {
      shown += 1;
      const mine = shown;
      setTone(bar, tone, sprite);
      text.setAttribute("role", roleOf(tone));
      actionButton.hidden = action === undefined;
      setText(actionButton, action?.label ?? "");
      run = action?.run ?? (() => {});
      // Shown first: a screen reader speaks what changes in a region that is there.
      bar.hidden = false;
      setText(text, message);
      duration = Math.max(SHOWN_FOR[tone], action === undefined ? 0 : SHOWN_WITH_ACTION);
      count();
      return (replacement) => {
        if (mine !== shown || bar.hidden) return;
        if (replacement === "") hide();
        else setText(text, replacement);
      };
    },
  };
}
