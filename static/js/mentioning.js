/**
 * Completing @names: which word, and who may be meant.
 */

import { element } from "./dom.js";
import { gettext } from "./i18n.js";
import { avatar } from "./message-row.js";

/** So many names are offered. */
const OFFERED = 6;

/**
 * The start of a name before the caret: after an @ that does not stand within a word.
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, part: string} | null} `start` is the place of the @
 */
export function wordAt(text, caret) {
  const found = /(?<![\p{L}\p{N}_@])@([^@\n]{0,40})$/u.exec(text.slice(0, caret));
  return found === null ? null : { start: found.index, part: found[1] };
}

/**
 * Who may be meant: those whose name, or a word of it, begins like this; those who are here first.
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
      return folded.startsWith(wanted) || folded.includes(` ${wanted}`);
    })
    .sort((a, b) => Number(b.here) - Number(a.here) || collator.compare(a.name, b.name))
    .slice(0, OFFERED);
}

/** @param {string} text */
function fold(text) {
  return text.normalize("NFKC").toLocaleLowerCase().trim();
}

/**
 * @param {() => Iterable<Chat.Person & {here: boolean}>} people
 * @returns {Chat.Completing<Chat.Person & {here: boolean}>}
 */
export function mentions(people) {
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
