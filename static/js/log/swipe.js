/**
 * Swiping a message to reply to it. The page never holds a finger up: the listeners are passive, and
 * a finger that goes up or down scrolls (`touch-action: pan-y`). Loaded on touch devices only; the
 * menu of a message has the same action.
 */

import { element, icon } from "../lib/dom.js";

/** A finger has to move this far before it is known where it goes. Pixels. */
const SLOP = 12;

/** Let go from here on, it replies. Pixels beyond the slop. */
const FAR_ENOUGH = 56;

/** The message follows no farther than this. */
const FARTHEST = 80;

/** The browser's own gesture to go back begins this close to the edge of the screen. */
const EDGE = 24;

/**
 * Returns what a finger does that has moved by so many pixels.
 * @param {number} along in the direction of reading
 * @param {number} across down or up
 * @returns {"swipe" | "other" | "unknown"}
 */
export function direction(along, across) {
  if (Math.hypot(along, across) < SLOP) return "unknown";
  return along > 2 * Math.abs(across) ? "swipe" : "other";
}

/**
 * Returns how far a message follows a finger.
 * @param {number} along
 */
export function follow(along) {
  return Math.max(0, Math.min(along - SLOP, FARTHEST));
}

/**
 * @param {HTMLElement} rows
 * @param {string} sprite
 * @param {(target: EventTarget | null) => HTMLElement | null} messageOf returns the row of a message
 *   that can be replied to
 * @param {(node: HTMLElement) => void} onReply
 */
export function createSwipe(rows, sprite, messageOf, onReply) {
  const mark = element("span", { class: "message__swipe", "aria-hidden": "true" });
  mark.append(icon("reply", sprite));
  /** @type {{node: HTMLElement, x: number, y: number, sign: number, isSwipe: boolean} | null} */
  let touch = null;

  function release() {
    if (touch === null) return;
    touch.node.classList.remove("is-swiped");
    touch.node.style.removeProperty("--swipe");
    mark.classList.remove("is-far");
    mark.remove();
    touch = null;
  }

  // From now on a finger that goes sideways is ours.
  rows.classList.add("log__rows--swipe");
  const passive = { passive: true };

  rows.addEventListener(
    "touchstart",
    ({ touches, target }) => {
      release();
      const [{ clientX: x, clientY: y }] = touches;
      const node = messageOf(target);
      const isAtEdge = x < EDGE || x > innerWidth - EDGE;
      // Code scrolls sideways by itself.
      const isCode = target instanceof Element && target.closest("pre") !== null;
      if (touches.length > 1 || node === null || isAtEdge || isCode) return;
      const sign = getComputedStyle(rows).direction === "rtl" ? -1 : 1;
      touch = { node, x, y, sign, isSwipe: false };
    },
    passive,
  );

  rows.addEventListener(
    "touchmove",
    ({ touches }) => {
      if (touch === null) return;
      const { node, sign } = touch;
      const along = sign * (touches[0].clientX - touch.x);
      if (!touch.isSwipe) {
        const found = direction(along, touches[0].clientY - touch.y);
        if (found === "other" || touches.length > 1) release();
        if (found !== "swipe" || touch === null) return;
        touch.isSwipe = true;
        node.append(mark);
        node.classList.add("is-swiped");
      }
      const isFar = along - SLOP >= FAR_ENOUGH;
      if (isFar && !mark.classList.contains("is-far")) navigator.vibrate?.(10);
      mark.classList.toggle("is-far", isFar);
      node.style.setProperty("--swipe", `${sign * follow(along)}px`);
    },
    passive,
  );

  rows.addEventListener("touchend", () => {
    const node = touch?.isSwipe && mark.classList.contains("is-far") ? touch.node : null;
    release();
    if (node !== null) onReply(node);
  });
  // The browser has taken the finger: it scrolls.
  rows.addEventListener("touchcancel", release);
}
