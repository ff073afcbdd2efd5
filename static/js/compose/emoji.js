/**
 * The emoji and their names. The table is large, so it is imported only when somebody wants an
 * emoji.
 */

import { EMOJI } from "../vendor/emoji.js";
import { SHORTCODES } from "../vendor/shortcodes.js";

/** At most this many emoji are offered while a name is being typed. */
const MAX_OFFERED = 6;

/**
 * @typedef {object} Emoji
 * @property {string} sign
 * @property {string} name in words: "party popper"
 * @property {readonly string[]} codes shortcodes without their colons, the short ones first: "tada"
 */

/** @type {Map<string, string[]>} */
const shortcodesBySign = new Map(
  SHORTCODES.split("\n").map((line) => {
    const [sign, ...codes] = line.split(" ");
    return [sign, codes];
  }),
);

/** The emoji by the title of their group. @type {ReadonlyMap<string, readonly Emoji[]>} */
export const groups = new Map(
  Object.entries(EMOJI).map(([group, lines]) => [group, lines.split("\n").map(parse)]),
);

/** @param {string} line */
function parse(line) {
  const space = line.indexOf(" ");
  const [sign, name] = [line.slice(0, space), line.slice(space + 1)];
  const nameAsCode = name.toLowerCase().replaceAll(/[\s-]+/gu, "_");
  const codes = shortcodesBySign.get(sign) ?? [];
  return { sign, name, codes: /^[a-z0-9_+]+$/.test(nameAsCode) ? [...codes, nameAsCode] : codes };
}

/**
 * Finds the emoji with a shortcode of which this is the beginning, or the beginning of a word; the
 * likelier ones first.
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
  return found.sort((a, b) => a.rank - b.rank).slice(0, MAX_OFFERED);
}
