/** Where a picture is and how large, while somebody looks at it. Pure. */

/**
 * `scale`: 1 is the size at which all of it is seen. `x`, `y`: how far its middle is from that of the
 * view, in CSS pixels.
 * @typedef {{scale: number, x: number, y: number}} View
 * @typedef {{width: number, height: number}} Size
 */

/** How much larger than the view a picture is shown at the most. */
export const LARGEST = 8;

/** @type {View} */
export const WHOLE = Object.freeze({ scale: 1, x: 0, y: 0 });

/**
 * Returns the size at which all of a picture is seen. It is not enlarged for that.
 * @param {Size} picture
 * @param {Size} stage
 * @returns {Size}
 */
export function fitted(picture, stage) {
  const scale = Math.min(1, stage.width / picture.width, stage.height / picture.height);
  return { width: picture.width * scale, height: picture.height * scale };
}

/**
 * Enlarges a view, or makes it smaller; what is at a point stays there.
 * @param {View} view
 * @param {number} factor
 * @param {{x: number, y: number}} point from the middle of the stage
 * @param {Size} picture as it is seen at scale 1
 * @param {Size} stage
 * @returns {View}
 */
export function zoomed(view, factor, point, picture, stage) {
  const scale = Math.min(LARGEST, Math.max(1, view.scale * factor));
  const ratio = scale / view.scale;
  const x = point.x - (point.x - view.x) * ratio;
  const y = point.y - (point.y - view.y) * ratio;
  return kept({ scale, x, y }, picture, stage);
}

/**
 * Returns a view moved so that the picture fills the stage, or is in its middle where it cannot.
 * @param {View} view
 * @param {Size} picture as it is seen at scale 1
 * @param {Size} stage
 * @returns {View}
 */
export function kept({ scale, x, y }, picture, stage) {
  const spareX = Math.max(0, (picture.width * scale - stage.width) / 2);
  const spareY = Math.max(0, (picture.height * scale - stage.height) / 2);
  return {
    scale,
    x: Math.min(spareX, Math.max(-spareX, x)),
    y: Math.min(spareY, Math.max(-spareY, y)),
  };
}
