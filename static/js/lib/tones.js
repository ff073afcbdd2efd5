/**
 * How something that is told looks and is spoken: done, worth knowing, perhaps wrong, or failed.
 * The colours are in notices.css.
 */

import { icon } from "./dom.js";

/** @typedef {"success" | "info" | "warning" | "failure"} Tone */

/** @type {Record<Tone, string>} */
const PICTURES = {
  success: "circle-check",
  info: "info",
  warning: "triangle-alert",
  failure: "alert-circle",
};

/**
 * Gives an element a tone, and puts the sign for it first.
 * @param {HTMLElement} node
 * @param {Tone} tone
 * @param {string} sprite
 */
export function setTone(node, tone, sprite) {
  if (node.dataset.tone === tone) return;
  node.dataset.tone = tone;
  node.querySelector(":scope > .tone")?.remove();
  const picture = icon(PICTURES[tone], sprite);
  picture.classList.add("tone");
  node.prepend(picture);
}

/**
 * Returns the role of an element that says it: a failure interrupts a screen reader.
 * @param {Tone} tone
 */
export function roleOf(tone) {
  return tone === "failure" ? "alert" : "status";
}
