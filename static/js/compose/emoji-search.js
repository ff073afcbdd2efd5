/** Finds emoji by words: those of their names, and others that people think of. */

import { KEYWORDS } from "../vendor/keywords.js";
import { groups } from "./emoji.js";

/** At most this many results are shown. */
const MAX_FOUND = 60;

/** How well a word of a search fits; the lower, the better. */
const SAME_CODE = 0;
const IN_NAME = 1;
const SAME_KEYWORD = 2;
const IN_KEYWORD = 3;

/** @typedef {import("./emoji.js").Emoji} Emoji */

/** @type {{emoji: Emoji, codes: readonly string[], words: string[], keywords: string[]}[]} */
const entries = index();

function index() {
  const keywords = new Map(
    KEYWORDS.split("\n").map((line) => {
      const [sign, ...words] = line.split(" ");
      return [sign, words];
    }),
  );
  return [...groups.values()].flat().map((emoji) => ({
    emoji,
    codes: emoji.codes,
    words: [...emoji.name.toLowerCase().split(/[\s-]+/u), ...emoji.codes.join("_").split("_")],
    keywords: keywords.get(emoji.sign) ?? [],
  }));
}

/**
 * Finds the emoji that each given word fits: it begins a word of their names or keywords. Names
 * come before keywords.
 * @param {string} text
 * @returns {Emoji[]}
 */
export function search(text) {
  const wanted = text
    .toLowerCase()
    .split(/[\s:_]+/u)
    .filter(Boolean);
  return entries
    .map((entry) => ({
      emoji: entry.emoji,
      rank: Math.max(...wanted.map((part) => rankOf(entry, part))),
    }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_FOUND)
    .map(({ emoji }) => emoji);
}

/**
 * @param {typeof entries[number]} entry
 * @param {string} part
 */
function rankOf({ codes, words, keywords }, part) {
  if (codes.includes(part)) return SAME_CODE;
  if (words.some((word) => word.startsWith(part))) return IN_NAME;
  if (keywords.includes(part)) return SAME_KEYWORD;
  return keywords.some((word) => word.startsWith(part)) ? IN_KEYWORD : Infinity;
}
