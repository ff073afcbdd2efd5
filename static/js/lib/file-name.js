/** Writes a file's name so that what it ends with is seen however short the name is cut. DOM, no network. */

import { element } from "./dom.js";

/** What follows the last point is an ending up to this length; longer it is a part of the name. */
const LONGEST_ENDING = 8;

/**
 * @param {HTMLElement} node takes the name, and shows all of it to those who point at it
 * @param {string} name
 */
export function writeFileName(node, name) {
  const point = name.lastIndexOf(".");
  const hasEnding = point > 0 && name.length - point <= LONGEST_ENDING;
  const parts = hasEnding ? [name.slice(0, point), name.slice(point)] : [name];
  node.classList.add("file-name");
  node.title = name;
  node.replaceChildren(...parts.map((part) => element("span", {}, part)));
  return node;
}
