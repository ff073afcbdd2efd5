/**
 * Who is typing: turns frames into a sentence, and limits how often I say that I am. Pure but for
 * its timer.
 */

import { fill, gettext } from "../lib/i18n.js";
import { isolate, list } from "../lib/people.js";
import { TYPING_INTERVAL } from "./protocol.js";

/**
 * Somebody is taken to have stopped this long after the last frame: two intervals, since one frame
 * may be lost. Milliseconds.
 */
const STOPPED_AFTER = 2 * TYPING_INTERVAL;

/** More people than this are not named. */
const MAX_NAMED = 2;

/**
 * @param {(people: Chat.Author[]) => void} onChange
 */
export function createTypists(onChange) {
  /** @type {Map<string, {person: Chat.Author, timer: ReturnType<typeof setTimeout>}>} */
  const typists = new Map();
  const changed = () => onChange([...typists.values()].map(({ person }) => person));

  /** @param {string} id */
  function stop(id) {
    const typist = typists.get(id);
    if (typist === undefined) return;
    clearTimeout(typist.timer);
    typists.delete(id);
    changed();
  }

  return {
    /** @param {Chat.Author} person */
    started(person) {
      const before = typists.get(person.id);
      clearTimeout(before?.timer);
      typists.set(person.id, { person, timer: setTimeout(() => stop(person.id), STOPPED_AFTER) });
      if (before?.person.name !== person.name) changed();
    },
    stop,
    clear() {
      if (typists.size === 0) return;
      for (const { timer } of typists.values()) clearTimeout(timer);
      typists.clear();
      changed();
    },
  };
}

/** @param {readonly string[]} names */
export function sentence(names) {
  if (names.length === 0) return "";
  if (names.length > MAX_NAMED) return gettext("Several people are typing…");
  const listed = list(names.map(isolate));
  return names.length === 1
    ? fill(gettext("%(name)s is typing…"), { name: listed })
    : fill(gettext("%(names)s are typing…"), { names: listed });
}

/**
 * Returns a function that runs `run` at most once an interval.
 * @param {() => void} run
 * @param {number} interval milliseconds
 * @param {() => number} [now]
 */
export function throttle(run, interval, now = Date.now) {
  let last = -Infinity;
  return () => {
    if (now() - last < interval) return;
    last = now();
    run();
  };
}
