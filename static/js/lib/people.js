/** How people are shown: avatars, and names inside sentences. */

import { element, icon } from "./dom.js";
import { fill, gettext } from "./i18n.js";

/** The number of `hue-<n>` classes in css/avatar.css. */
const HUES = 12;

/** Each hue in a pale and in a deep tone. */
export const COLOURS = 2 * HUES;

/**
 * Finds what readers see as one character: a flag, or a letter with its marks, is several code
 * points.
 */
const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";

/**
 * Isolates a name within a sentence, so that a name written right to left does not reorder the
 * words around it. `isolated` in dom.js makes elements of it.
 * @param {string} name
 */
export function isolate(name) {
  return FIRST_STRONG_ISOLATE + name + POP_ISOLATE;
}

/**
 * Returns the number of somebody's colour: the same everywhere and at any time (FNV-1a).
 * @param {string} id
 */
export function colour(id) {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % COLOURS;
}

/**
 * Returns the first letters of the first and the last word: "Ada Lovelace" is AL, "漱石" is 漱; of a
 * name without letters, its first character.
 * @param {string} name
 */
export function initials(name) {
  const letters = name
    .split(/[\s\-_.]+/u)
    .map((word) => split(word).find((character) => /[\p{L}\p{N}]/u.test(character)) ?? "")
    .filter((letter) => letter !== "");
  const ends = letters.length > 1 ? [letters[0], letters[letters.length - 1]] : letters;
  return ends.join("").toLocaleUpperCase() || split(name.trim())[0] || "?";
}

/**
 * Splits a text into characters as a reader sees them.
 * @param {string} text
 */
export function split(text) {
  return Array.from(characters.segment(text), ({ segment }) => segment);
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

/**
 * Returns the mark beside the name of somebody with an account, so that no guest can pass for them.
 * @param {string} sprite
 */
export function registeredMark(sprite) {
  const label = gettext("has an account");
  return element(
    "span",
    { class: "registered", title: label },
    icon("badge-check", sprite),
    element("span", { class: "visually-hidden" }, label),
  );
}

/** Returns the mark beside the name of a bot, which no person can have. */
export function botMark() {
  return element("small", { class: "bot-mark" }, gettext("bot"));
}

/**
 * @param {string} name
 * @param {string} id
 */
export function avatar(name, id) {
  const number = colour(id);
  const tone = number < HUES ? "" : " avatar--deep";
  const kind = `avatar hue-${number % HUES}${tone}`;
  return element("span", { class: kind, "aria-hidden": "true" }, initials(name));
}

/**
 * Draws the avatars of rows that the server wrote: each beside the name of whom it is of.
 * @param {ParentNode} page
 */
export function drawAvatars(page) {
  for (const place of page.querySelectorAll("[data-avatar]")) {
    const row = place.parentElement;
    const name = row?.querySelector(".line__author") ?? row?.querySelector("bdi");
    place.replaceWith(avatar(name?.textContent ?? "", place.getAttribute("data-avatar") ?? ""));
  }
}
