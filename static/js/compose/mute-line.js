/**
 * Who may not write just now: somebody who is muted, until when and why; and who spoke a moment ago in
 * a room with slow mode. The server says for how long, and a steady clock counts it: the time of day on
 * this machine may be wrong.
 */

import { setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { span } from "../lib/time.js";

/** A time of day is enough for what is over before it comes again. Milliseconds. */
const DAY = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} Options
 * @property {HTMLElement} line over the composer, for somebody muted
 * @property {HTMLElement} pace of slow mode
 * @property {Pick<Chat.Times, "full" | "clock">} times
 * @property {() => void} onChange whether one may write is another
 */

/** @param {Options} options */
export function createVoice({ line, pace, times, onChange }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  // On the page's own clock, in milliseconds.
  let mutedTill = 0;
  let heldTill = 0;
  /** Seconds between two messages; 0 where nobody is held up. */
  let every = 0;
  let why = "";

  const left = (/** @type {number} */ till) => Math.max(0, till - performance.now());

  function render() {
    clearTimeout(timer);
    const [muted, held] = [left(mutedTill), every > 0 ? left(heldTill) : 0];
    line.hidden = muted === 0;
    if (muted > 0) {
      // By this machine's clock, whatever it shows: that is the one its user looks at.
      const until = Date.now() + muted;
      setText(line, sentence(muted < DAY ? times.clock(until) : times.full(until), why));
    }
    pace.hidden = every === 0 || muted > 0;
    pace.classList.toggle("is-held", held > 0);
    setText(pace, every === 0 ? "" : paceSentence(Math.ceil(held / 1000), every));
    onChange();
    if (muted > 0 || held > 0) timer = setTimeout(render, (held || muted) % 1000 || 1000);
  }

  return {
    render,

    /** The server has told of me. @param {Chat.You} you */
    told(you) {
      mutedTill = performance.now() + (you.muted_left ?? 0) * 1000;
      why = you.muted_for ?? "";
      render();
    },

    /**
     * The room's rule, for me.
     * @param {number} seconds
     */
    set every(seconds) {
      if (seconds === every) return;
      every = seconds;
      render();
    },

    /** A message of mine, or an edit, was taken just now. */
    spoke() {
      this.wait(every);
    },

    /** @param {number} seconds before the next message is taken */
    wait(seconds) {
      heldTill = performance.now() + seconds * 1000;
      render();
    },

    /** Nothing can be sent now: to edit is to speak. */
    get isHeld() {
      return left(mutedTill) > 0 || this.isSlowed;
    },

    get isSlowed() {
      return every > 0 && left(heldTill) > 0;
    },
  };
}

/** @param {string} time @param {string} why */
export function sentence(time, why) {
  const muted = fill(gettext("You can read here and not write until %(time)s"), { time });
  return why === "" ? `${muted}.` : `${muted}: ${why}`;
}

/**
 * @param {number} left seconds
 * @param {number} every seconds
 */
export function paceSentence(left, every) {
  if (left === 0) {
    const rule =
      every % 60 === 0
        ? span(every)
        : fill(ngettext("%(n)s second", "%(n)s seconds", every), { n: every });
    return fill(gettext("Slow mode: one message every %(span)s"), { span: rule });
  }
  const [minutes, seconds] = [Math.floor(left / 60), left % 60];
  if (minutes === 0) return fill(gettext("Slow mode: %(n)s s"), { n: seconds });
  return fill(gettext("Slow mode: %(m)s min %(s)s s"), { m: minutes, s: seconds });
}
