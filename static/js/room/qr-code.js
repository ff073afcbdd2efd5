/** Draws QR codes. The library is loaded with the first of them: few visitors need it. */

import { drawing } from "../lib/dom.js";

/** The white margin that a scanner needs around the code, in modules of the code. */
const QUIET_ZONE = 4;

/**
 * @param {HTMLElement} place
 * @param {string} link
 * @param {string} label
 */
export async function drawCode(place, link, label) {
  const { generate } = await import("../vendor/lean-qr.js");
  const bitmap = generate(link);
  const path = [];
  for (let y = 0; y < bitmap.size; y += 1) {
    for (let x = 0; x < bitmap.size; x += 1) {
      if (bitmap.get(x, y)) path.push(`M${x + QUIET_ZONE} ${y + QUIET_ZONE}h1v1h-1z`);
    }
  }
  place.replaceChildren(drawing(path.join(""), bitmap.size + 2 * QUIET_ZONE, label));
}
