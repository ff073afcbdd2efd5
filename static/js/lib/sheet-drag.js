/** A finger that pulls a bottom sheet down shuts it. Where the popover is no sheet, nothing moves. */

/** Let go from here on, it shuts. Pixels. */
const FAR_ENOUGH = 72;

/**
 * @param {HTMLElement} sheet a popover
 * @param {HTMLElement} [scroller] its part that scrolls, if that is not the sheet itself: a finger
 *   there scrolls, as long as there is something above
 */
export function followDrag(sheet, scroller = sheet) {
  /** Where the finger came down; null if it does not pull. @type {number | null} */
  let start = null;
  let pulled = 0;

  function release() {
    start = null;
    pulled = 0;
    sheet.style.removeProperty("--dragged");
  }

  const passive = { passive: true };
  sheet.addEventListener(
    "touchstart",
    ({ touches, target }) => {
      release();
      const isScrolled =
        target instanceof Node && scroller.contains(target) && scroller.scrollTop > 0;
      const isText = target instanceof HTMLInputElement;
      if (touches.length === 1 && !isScrolled && !isText) start = touches[0].clientY;
    },
    passive,
  );
  sheet.addEventListener(
    "touchmove",
    ({ touches }) => {
      if (start === null) return;
      pulled = Math.max(touches[0].clientY - start, 0);
      sheet.style.setProperty("--dragged", `${pulled}px`);
    },
    passive,
  );
  sheet.addEventListener("touchend", () => {
    const isFar = pulled >= FAR_ENOUGH;
    release();
    if (isFar && matchMedia("(width < 640px)").matches) sheet.hidePopover();
  });
  sheet.addEventListener("touchcancel", release);
}
