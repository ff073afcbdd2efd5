/**
 * The line that says when the room ends, and from when on nobody new comes in. Its owner can undo an
 * end there for a minute. `sentence` is pure.
 */

import { find, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { dayKey } from "../lib/time.js";

/**
 * Returns the sentence; "" if nothing is planned.
 * @param {Pick<Chat.Room, "ends_at" | "door_closes_at" | "ended_at">} room
 * @param {Pick<Chat.Times, "clock" | "full">} times
 * @param {number} now milliseconds since the epoch
 */
export function sentence({ ends_at: end, door_closes_at: door, ended_at: ended }, times, now) {
  /** @param {string} at */
  const when = (at) => (dayKey(at) === dayKey(now) ? times.clock(at) : times.full(at));
  if (ended && end) {
    return fill(gettext("This room has ended: nothing more can be said. It closes at %(time)s."), {
      time: when(end),
    });
  }
  const closes = end ? fill(gettext("This room ends at %(time)s."), { time: when(end) }) : "";
  const text = gettext("Nobody new can join after %(time)s.");
  const shuts = door ? fill(text, { time: when(door) }) : "";
  return [closes, shuts].filter(Boolean).join(" ");
}

/**
 * @param {HTMLElement} bar has the sentence and a button to undo
 * @param {Chat.Times} times
 */
export function createEnding(bar, times) {
  const line = find(bar, "p", HTMLElement);
  const undo = find(bar, "button", HTMLButtonElement);

  return {
    /** True from when the room was ended. */
    hasEnded: false,

    /** @param {Partial<Chat.Room>} room @param {string} role mine */
    render(room, role) {
      this.hasEnded = Boolean(room.ended_at);
      const text = sentence(room, times, Date.now());
      bar.hidden = text === "";
      setText(line, text);
      undo.hidden = !this.hasEnded || role !== "owner";
    },
  };
}
