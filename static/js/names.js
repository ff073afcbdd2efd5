/** How people's names are shown: initials, a colour of their own, names inside sentences. Pure. */

import { fill, gettext } from "./i18n.js";

/** Number of `hue-<n>` classes in room.css. */
export const HUES = 12;

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

/**
 * A name within a sentence, kept from turning the words around it when it reads right to left.
 * `isolated` in dom.js makes elements of it.
 * @param {string} name
 */
export function isolate(name) {
  return FIRST_STRONG_ISOLATE + name + POP_ISOLATE;
}

/**
 * One of the colour classes, the same for a person wherever and whenever they are seen (FNV-1a).
 * @param {string} id
 */
export function hue(id) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % HUES;
}

/**
 * First letters of the first and the last word: "Ada Lovelace" is AL, "漱石" is 漱.
 * @param {string} name
 */
export function initials(name) {
  const words = name.split(/[\s\-_.]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => word.match(/[\p{L}\p{N}]\p{M}*/u)?.[0] ?? "");
  const ends = letters.length > 1 ? [letters[0], letters[letters.length - 1]] : letters;
  return ends.join("").toLocaleUpperCase() || [...name.trim()][0] || "?";
}

/**
 * "Ada", "Ada and Ben", "Ada, Ben and Cleo".
 * @param {readonly string[]} names already isolated where needed
 */
export function list(names) {
  if (names.length < 2) return names.join("");
  return fill(gettext("%(some)s and %(last)s"), {
    some: names.slice(0, -1).join(", "),
    last: names[names.length - 1],
  });
}
