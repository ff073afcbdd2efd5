/** Lets messages that arrive rise into their place, so that the eye is led to what is new. DOM. */

/** More rows at once are no arrival: a page was loaded, or a burst came. */
const MOST = 3;

/** Milliseconds. */
const DURATION = 180;

const FROM = { opacity: 0, translate: "0 8px" };

/** @param {readonly HTMLElement[]} nodes */
export function arrive(nodes) {
  if (nodes.length > MOST || document.hidden) return;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const node of nodes) {
    node.animate([FROM, {}], { duration: DURATION, easing: "cubic-bezier(0.2, 0.8, 0.3, 1)" });
  }
}

/**
 * Puts everything in its place at once: a reader who leaves the end measures places by the rows.
 * @param {HTMLElement} rows
 */
export function settle(rows) {
  for (const animation of rows.getAnimations({ subtree: true })) animation.finish();
}
