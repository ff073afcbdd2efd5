/** Positions a popover beside its anchor, wholly in view. */

/** Pixels kept free around the popover. */
const MARGIN = 8;

/**
 * Puts a popover under or over its anchor, at the anchor's end. On small screens the style sheet
 * makes it a bottom sheet.
 * @param {HTMLElement} popover shown already
 * @param {HTMLElement} anchor
 */
export function positionPopover(popover, anchor) {
  const about = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = about.bottom + MARGIN / 2;
  const above = about.top - height - MARGIN / 2;
  const top = below + height + MARGIN <= innerHeight || above < MARGIN ? below : above;
  const isLeftward = getComputedStyle(popover).direction === "rtl";
  const left = isLeftward ? about.left : about.right - width;
  popover.style.setProperty("--top", `${within(top, innerHeight - height)}px`);
  popover.style.setProperty("--left", `${within(left, innerWidth - width)}px`);
}

/** @param {number} start @param {number} most */
function within(start, most) {
  return Math.max(MARGIN, Math.min(start, most - MARGIN));
}
