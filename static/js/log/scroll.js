/**
 * Keeps the reader's place. At the end, new messages scroll in. Anywhere else nothing moves what is
 * being read, whatever is added or removed above and below. DOM, no network.
 */

import { dayKey } from "../lib/time.js";

/** A reader within this many pixels of the end follows it. */
const NEAR_END = 100;

/** Further pages are requested this far before the edge is in view. */
const AHEAD = "600px 0px";

/** The number of visible rows that are remembered, so that at least one survives a change. */
const ANCHORS = 12;

/** The label of a day sticks this far below the upper edge of the log (css/room/log.css), and a rounding. */
const STUCK_AT = 9;

/**
 * @typedef {object} Options
 * @property {HTMLElement} scroller
 * @property {HTMLElement} rows holds the rows; `top` and `bottom` are before and after it
 * @property {HTMLElement} top
 * @property {HTMLElement} bottom
 * @property {() => boolean} isNewest returns true if the last row is the newest message
 * @property {(following: boolean) => void} onFollow
 * @property {() => void} onTop the reader is near the first row
 * @property {() => void} onBottom
 */

/** @param {Options} options */
export function createScroll({ scroller, rows, top, bottom, isNewest, onFollow, onTop, onBottom }) {
  let following = true;
  /** The last `scrollTop` that was seen or set. */
  let place = 0;

  const edges = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) (target === top ? onTop : onBottom)();
      }
    },
    { root: scroller, rootMargin: AHEAD },
  );

  /** @param {boolean} next */
  function follow(next) {
    if (next === following) return;
    following = next;
    onFollow(following);
  }

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    place = scroller.scrollTop;
  }

  function isNear() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR_END;
  }

  /**
   * Days that have scrolled past stick in one place. The label of the last one is shown, except to a reader
   * at the end whose day it is: it would lie on what is said for nothing.
   */
  function showDay() {
    const days = [...rows.querySelectorAll(":scope > .log__day")];
    if (days.length === 0) return;
    const line = scroller.getBoundingClientRect().top + STUCK_AT;
    const last = days.findLastIndex((day) => day.getBoundingClientRect().top <= line);
    const isNow = following && days[last]?.getAttribute("data-day") === `d${dayKey(Date.now())}`;
    const shown = isNow ? last + 1 : last;
    for (const [index, day] of days.entries()) day.classList.toggle("is-past", index < shown);
  }

  scroller.addEventListener(
    "scroll",
    () => {
      const isUp = scroller.scrollTop < place;
      place = scroller.scrollTop;
      // Only a reader scrolls up. A log that grows, or a view that shrinks, also moves away from
      // the end.
      if (!following || isUp) follow(isNear() && isNewest());
      showDay();
    },
    { passive: true },
  );

  // The log's size changes when the composer grows, the window or the on-screen keyboard changes, a
  // fold opens.
  const sizes = new ResizeObserver(() => following && toEnd());
  sizes.observe(scroller);
  sizes.observe(rows);

  return {
    get following() {
      return following;
    },

    /**
     * Changes the rows and keeps the reader's place.
     * @param {() => void} change
     */
    keep(change) {
      if (following) {
        change();
        toEnd();
        showDay();
        return;
      }
      const anchors = visible(scroller, rows);
      change();
      // The second anchor, since the heading of the first may have appeared or disappeared with
      // what is above it.
      const [first, anchor = first] = anchors.filter(({ node }) => node.isConnected);
      if (anchor) scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
      showDay();
    },

    /**
     * Observes the edges again: an observer reports crossings only, and an edge may still be near
     * after a change.
     */
    watch() {
      edges.disconnect();
      edges.observe(top);
      edges.observe(bottom);
    },

    end() {
      follow(true);
      toEnd();
    },

    leaveEnd() {
      follow(false);
    },

    /** @param {HTMLElement} node */
    centre(node) {
      node.scrollIntoView({ block: "center" });
      // In a short log that scrolls nothing, and the end stays in view.
      follow(isNear() && isNewest());
    },
  };
}

/**
 * Returns the rows in view that can serve as anchors. The heading of a day cannot: it moves up when
 * more of its day is loaded.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} rows
 */
function visible(scroller, rows) {
  const edge = scroller.getBoundingClientRect().top;
  const anchors = [];
  for (const node of rows.querySelectorAll(":scope > [data-seq]")) {
    const box = node.getBoundingClientRect();
    if (box.bottom <= edge) continue;
    anchors.push({ node, top: box.top });
    if (anchors.length === ANCHORS) break;
  }
  return anchors;
}
