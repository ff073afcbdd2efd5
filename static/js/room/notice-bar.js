/** A line of news over the log, with one thing to do about it. Goes when it is dealt with. */

import { find, setText } from "../lib/dom.js";

/** @param {HTMLElement} bar holds a text, a button for the way, and one to close */
export function createNotice(bar) {
  const text = find(bar, "p", HTMLElement);
  const way = find(bar, "[data-way]", HTMLButtonElement);
  const close = find(bar, "[data-close]", HTMLButtonElement);
  let follow = () => {};
  /** Counts what was shown. */
  let shown = 0;

  function hide() {
    bar.hidden = true;
  }
  close.addEventListener("click", hide);
  way.addEventListener("click", () => {
    hide();
    follow();
  });

  return {
    hide,
    /**
     * @param {string} message
     * @param {{label: string, run: () => void}} [action]
     * @returns {(message: string) => void} says something else instead, or with "" nothing any more, if
     *   this is still what the line says
     */
    show(message, action) {
      shown += 1;
      const mine = shown;
      setText(text, message);
      way.hidden = action === undefined;
      setText(way, action?.label ?? "");
      follow = action?.run ?? (() => {});
      bar.hidden = false;
      return (instead) => {
        if (mine !== shown || bar.hidden) return;
        if (instead === "") hide();
        else setText(text, instead);
      };
    },
  };
}
