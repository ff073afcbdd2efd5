/**
 * Completes @names: finds the word to complete and the people it may mean.
 */

import { element } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { avatar } from "../lib/people.js";

/** At most this many names are offered. */
const MAX_OFFERED = 6;

/**
 * Returns the beginning of a name before the caret: it follows an @ that is not within a word.
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, part: string} | null} `start` is the index of the @
 */
export function wordAt(text, caret) {
  const found = /(?<![\p{L}\p{N}_@])@([^@\n]{0,40})$/u.exec(text.slice(0, caret));
  return found === null ? null : { start: found.index, part: found[1] };
}

/**
 * Returns the people who may be meant: their name, or a word of it, begins with `part`. Those who
 * are here come first.
 * @param {string} part
 * @param {Iterable<Chat.Person & {here: boolean}>} people
 * @returns {(Chat.Person & {here: boolean})[]}
 */
export function candidates(part, people) {
  const wanted = fold(part);
  if (/\s$/u.test(part) && wanted !== "") return [];
  const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  return [...people]
    .filter(({ name }) => {
      const folded = fold(name);
      return bare(folded).startsWith(bare(wanted)) || folded.includes(` ${wanted}`);
    })
    .sort((a, b) => Number(b.here) - Number(a.here) || collator.compare(a.name, b.name))
    .slice(0, MAX_OFFERED);
}

/**
 * Returns a text as the server compares names: the kind of apostrophe or dash makes no difference,
 * nor do characters that join letters without being drawn.
 * @param {string} text
 */
function fold(text) {
  return text
    .replace(/[\u0060\u00b4\u02b9-\u02bf\u2018-\u201b\u2032\u2035\u05f3]/gu, "'")
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\u200c|\u200d|\ufe0e|\ufe0f/gu, "")
    .replace(/[\p{Pd}\u2212]/gu, "-")
    .trim();
}

/** @param {string} text */
function bare(text) {
  return text.replace(/\s+/gu, "");
}

/**
 * @param {() => Iterable<Chat.Person & {here: boolean}>} people
 * @returns {Chat.CompletionSource<Chat.Person & {here: boolean}>}
 */
export function mentionSource(people) {
  return {
    title: gettext("People"),
    wordAt,
    offer: (part) => candidates(part, people()),
    draw: ({ id, name, here }) => ({
      nodes: [avatar(name, id), element("bdi", {}, name)],
      faint: !here,
    }),
    text: ({ name }) => `@${name}`,
  };
}
