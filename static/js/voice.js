/** The line over the composer of somebody who is muted: until when, and why. */

import { setText } from "./dom.js";
import { fill, gettext } from "./i18n.js";

/** A time of day is enough for what is over before it comes again. Milliseconds. */
const DAY = 24 * 60 * 60 * 1000;

/** The longest a timer waits; longer ones run at once. Milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * @param {HTMLElement} line
 * @param {Pick<Chat.Times, "full" | "clock">} times
 */
export function createVoice(line, times) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  return {
    /** @param {Chat.You} you */
    render(you) {
      clearTimeout(timer);
      const until = you.muted_until ? Date.parse(you.muted_until) : 0;
      const left = until - Date.now();
      line.hidden = left <= 0;
      if (left <= 0) return;
      setText(
        line,
        sentence(left < DAY ? times.clock(until) : times.full(until), you.muted_for ?? ""),
      );
      timer = setTimeout(() => this.render(you), Math.min(left, LONGEST));
    },
  };
}

/** @param {string} time @param {string} why */
export function sentence(time, why) {
  const muted = fill(gettext("You can read here and not write until %(time)s"), { time });
  return why === "" ? `${muted}.` : `${muted}: ${why}`;
}
