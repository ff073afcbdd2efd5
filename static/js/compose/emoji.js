/**
 * The emoji and what they are called. Large: imported only when somebody wants one.
 */

import { EMOJI } from "../vendor/emoji.js";
import { SHORTCODES } from "../vendor/shortcodes.js";

/** So many are shown of what was searched for. */
const FOUND = 60;

/** So many are offered while a name is being typed. */
const OFFERED = 6;

/**
 * @typedef {object} Emoji
 * @property {string} sign
 * @property {string} name in words: "party popper"
 * @property {readonly string[]} codes shortcodes without their colons, the short ones first: "tada"
 */

/** @type {Map<string, string[]>} */
const short = new Map(
  SHORTCODES.split("\n").map((line) => {
    const [sign, ...codes] = line.split(" ");
    return [sign, codes];
  }),
);

/** By the title of their group. @type {ReadonlyMap<string, readonly Emoji[]>} */
export const groups = new Map(
  Object.entries(EMOJI).map(([group, lines]) => [group, lines.split("\n").map(parse)]),
);

/** @param {string} line */
function parse(line) {
  const space = line.indexOf(" ");
  const [sign, name] = [line.slice(0, space), line.slice(space + 1)];
  const usual = name.toLowerCase().replaceAll(/[\s-]+/gu, "_");
  const codes = short.get(sign) ?? [];
  return { sign, name, codes: /^[a-z0-9_+]+$/.test(usual) ? [...codes, usual] : codes };
}

/**
 * Those whose names have words that begin like each of the words given.
 * @param {string} text
 */
export function search(text) {
  const wanted = text
    .toLowerCase()
    .split(/[\s:_]+/u)
    .filter(Boolean);
  return [...groups.values()]
    .flat()
    .filter(({ name, codes }) => {
      const words = [...name.toLowerCase().split(/[\s-]+/u), ...codes.join("_").split("_")];
      return wanted.every((part) => words.some((word) => word.startsWith(part)));
    })
    .slice(0, FOUND);
}

/**
 * Those with a shortcode that begins like this, or a word of which does; the likelier ones first.
 * @param {string} part
 * @returns {{sign: string, code: string}[]}
 */
export function complete(part) {
  const wanted = part.toLowerCase();
  const found = [];
  for (const { sign, codes } of [...groups.values()].flat()) {
    const [best] = codes
      .filter((code) => code.startsWith(wanted) || code.includes(`_${wanted}`))
      .map((code) => ({
        sign,
        code,
        rank: code.startsWith(wanted) ? code.length : 100 + code.length,
      }))
      .sort((a, b) => a.rank - b.rank);
    if (best !== undefined) found.push(best);
  }
  return found.sort((a, b) => a.rank - b.rank).slice(0, OFFERED);
}
