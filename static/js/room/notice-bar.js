/** The bar of news over the log, with at most one thing to do about it. */

import { find, setText } from "../lib/dom.js";

/** @param {HTMLElement} bar holds a text, a button for the action, and one to close it */
export function createNoticeBar(bar) {
  const text = find(bar, "p", HTMLElement);
  const actionButton = find(bar, "[data-notice-action]", HTMLButtonElement);
  const close = find(bar, "[data-close]", HTMLButtonElement);
  let run = () => {};
  /** How many notices were shown: the number of the one that is shown now. */
  let shown = 0;

  function hide() {
    bar.hidden = true;
  }
  close.addEventListener("click", hide);
  actionButton.addEventListener("click", () => {
    hide();
    run();
  });

  return {
    hide,
    /**
     * @param {string} message
     * @param {{label: string, run: () => void}} [action]
     * @returns {(message: string) => void} replaces the text, or with "" hides the bar, as long as
     *   this is the notice that is shown
     */
    show(message, action) {
      shown += 1;
      const mine = shown;
      setText(text, message);
      actionButton.hidden = action === undefined;
      setText(actionButton, action?.label ?? "");
      run = action?.run ?? (() => {});
      bar.hidden = false;
      return (replacement) => {
        if (mine !== shown || bar.hidden) return;
        if (replacement === "") hide();
        else setText(text, replacement);
      };
    },
  };
}
