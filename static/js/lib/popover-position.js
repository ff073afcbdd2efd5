/**
 * Positions a popover beside its anchor: wholly in view, and never over what it was opened from.
 * On small screens the style sheet makes it a bottom sheet instead. `place` is pure.
 */

/** Pixels kept free around the popover, and between the popover and its anchor. */
const MARGIN = 8;
const GAP = 4;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/**
 * Returns where the popover stands, and how high it may be at most. It stands under or over the first
 * of `boxes` that leaves it room; where none does, beside the last of them.
 * @param {readonly Box[]} boxes what it may not cover: all that should stay visible, then less of it
 * @param {{width: number, height: number, least: number}} size `least`: the height to which it can
 *   shrink
 * @param {Box} bounds it stays within these
 * @param {boolean} isLeftward the page is read from right to left
 */
export function place(boxes, size, bounds, isLeftward) {
  const [first, last] = [bounds.top + MARGIN, bounds.bottom - MARGIN];
  const anchor = boxes[boxes.length - 1];
  const left = within(
    isLeftward ? anchor.left : anchor.right - size.width,
    bounds.left + MARGIN,
    bounds.right - MARGIN - size.width,
  );
  for (const box of boxes) {
    const below = last - box.bottom - GAP;
    const above = box.top - GAP - first;
    const most = Math.max(below, above);
    const height = Math.min(size.height, most);
    if (height < Math.min(size.height, size.least)) continue;
    const isBelow = height <= below;
    return { left, top: isBelow ? box.bottom + GAP : box.top - GAP - height, most };
  }
  const most = last - first;
  const height = Math.min(size.height, most);
  const beside = isLeftward ? anchor.right + GAP : anchor.left - GAP - size.width;
  return {
    left: within(beside, bounds.left + MARGIN, bounds.right - MARGIN - size.width),
    top: within(anchor.top, first, last - height),
    most,
  };
}

/**
 * @param {HTMLElement} popover shown already; its `min-height` is how far it can shrink
 * @param {HTMLElement} anchor what it was opened from. A popover of the talk stays below the room's bar
 * @param {HTMLElement} [about] stays visible too, where there is room
 */
export function positionPopover(popover, anchor, about = anchor) {
  popover.style.removeProperty("--most");
  const { direction, minHeight } = getComputedStyle(popover);
  const { offsetWidth: width, offsetHeight: height } = popover;
  const box = anchor.getBoundingClientRect();
  const { left, top, most } = place(
    about === anchor ? [box] : [union(box, about.getBoundingClientRect()), box],
    { width, height, least: Number.parseFloat(minHeight) || height },
    boundsOf(anchor),
    direction === "rtl",
  );
  popover.style.setProperty("--top", `${top}px`);
  popover.style.setProperty("--left", `${left}px`);
  popover.style.setProperty("--most", `${most}px`);
}

/** @param {HTMLElement} anchor */
function boundsOf(anchor) {
  const talk = anchor.closest("main")?.getBoundingClientRect();
  return { left: 0, top: Math.max(talk?.top ?? 0, 0), right: innerWidth, bottom: innerHeight };
}

/** @param {Box} one @param {Box} other */
function union(one, other) {
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

/** @param {number} value @param {number} least @param {number} most */
function within(value, least, most) {
  return Math.max(least, Math.min(value, most));
}
