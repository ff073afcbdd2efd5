/**
 * Says why I cannot write just now: I am muted, until when and why; or slow mode makes me wait
 * after my last message. The server says for how long. The page's monotonic clock counts that down,
 * since the time of day on this machine may be wrong.
 */

import { setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { span } from "../lib/time.js";

/** A mute that ends within a day is shown with the time of day alone. Milliseconds. */
const DAY = 24 * 60 * 60 * 1000;

/**
 * @typedef {object} Options
 * @property {HTMLElement} bar over the composer, shown while muted
 * @property {HTMLElement} line within it, for the sentence
 * @property {HTMLElement} slowModeLine
 * @property {Pick<Chat.Times, "full" | "clock">} times
 * @property {() => void} onChange whether I may write has changed
 */

/** @param {Options} options */
export function createMuteLine({ bar, line, slowModeLine, times, onChange }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  // Both on the page's monotonic clock, in milliseconds.
  let mutedUntil = 0;
  let blockedUntil = 0;
  /** Seconds between two messages; 0 without slow mode. */
  let interval = 0;
  let why = "";

  const left = (/** @type {number} */ until) => Math.max(0, until - performance.now());

  function render() {
    clearTimeout(timer);
    const [muted, blocked] = [left(mutedUntil), interval > 0 ? left(blockedUntil) : 0];
    bar.hidden = muted === 0;
    if (muted > 0) {
      // Told by this machine's clock even if it is wrong: that is the one its user looks at.
      const until = Date.now() + muted;
      setText(line, sentence(muted < DAY ? times.clock(until) : times.full(until), why));
    }
    slowModeLine.hidden = interval === 0 || muted > 0;
    slowModeLine.classList.toggle("is-held", blocked > 0);
    setText(
      slowModeLine,
      interval === 0 ? "" : slowModeSentence(Math.ceil(blocked / 1000), interval),
    );
    onChange();
    if (muted > 0 || blocked > 0) timer = setTimeout(render, (blocked || muted) % 1000 || 1000);
  }

  return {
    render,

    /** @param {Chat.You} you as the server describes me */
    update(you) {
      mutedUntil = performance.now() + (you.muted_left ?? 0) * 1000;
      why = you.muted_for ?? "";
      render();
    },

    /**
     * Sets the interval that slow mode demands of me.
     * @param {number} seconds
     */
    set interval(seconds) {
      if (seconds === interval) return;
      interval = seconds;
      render();
    },

    /** A message of mine, or an edit, was accepted just now. */
    posted() {
      if (interval > 0) this.wait(interval);
    },

    /** @param {number} seconds before the next message is accepted */
    wait(seconds) {
      blockedUntil = performance.now() + seconds * 1000;
      render();
    },

    /** True while nothing can be sent, edits included. */
    get isBlocked() {
      return left(mutedUntil) > 0 || this.isSlowModeWait;
    },

    get isSlowModeWait() {
      return interval > 0 && left(blockedUntil) > 0;
    },
  };
}

/** @param {string} time @param {string} why */
export function sentence(time, why) {
  const muted = fill(gettext("You are muted until %(time)s: you can read but not write"), { time });
  return why === ""
    ? `${muted}.`
    : `${muted}. ${fill(gettext("Reason: %(reason)s"), { reason: why })}`;
}

/**
 * @param {number} left seconds
 * @param {number} interval seconds
 */
function slowModeSentence(left, interval) {
  if (left === 0) {
    const rule =
      interval % 60 === 0
        ? span(interval)
        : fill(ngettext("%(n)s second", "%(n)s seconds", interval), { n: interval });
    return fill(gettext("Slow mode: one message every %(span)s"), { span: rule });
  }
  const [minutes, seconds] = [Math.floor(left / 60), left % 60];
  if (minutes === 0) return fill(gettext("Slow mode: %(n)s s"), { n: seconds });
  return fill(gettext("Slow mode: %(m)s min %(s)s s"), { m: minutes, s: seconds });
}
