/** A line of news over the log, with one thing to do about it. Goes when it is dealt with. */

import { find, setText } from "./dom.js";

/** @param {HTMLElement} bar holds a text, a button for the way, and one to close */
export function createNotice(bar) {
  const text = find(bar, "p", HTMLElement);
  const way = find(bar, "[data-way]", HTMLButtonElement);
  const close = find(bar, "[data-close]", HTMLButtonElement);
  let follow = () => {};

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
     */
    show(message, action) {
      setText(text, message);
      way.hidden = action === undefined;
      setText(way, action?.label ?? "");
      follow = action?.run ?? (() => {});
      bar.hidden = false;
    },
  };
}
