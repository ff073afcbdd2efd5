/**
 * Completing `:names:` of emoji. The names are fetched with the first of them.
 */

import { element } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/** From so many letters on: two are an emoticon, as in ":D", no more. */
const LEAST = 2;

/** @type {typeof import("./emoji.js") | null} */
let table = null;

/**
 * The start of a shortcode before the caret: after a colon that ends no word and no hour.
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, part: string} | null} `start` is the place of the colon
 */
export function codeAt(text, caret) {
  const found = /(?<![\p{L}\p{N}_:]):([a-z0-9+][a-z0-9_+-]{0,39}|-1)$/iu.exec(text.slice(0, caret));
  return found === null ? null : { start: found.index, part: found[1] };
}

/** @returns {Chat.Completing<{sign: string, code: string}>} */
export function shortcodes() {
  return {
    title: gettext("Emoji"),
    wordAt: codeAt,
    offer(part) {
      if (table === null) {
        return import("./emoji.js").then((loaded) => {
          table = loaded;
        });
      }
      return part.length < LEAST ? [] : table.complete(part);
    },
    draw: ({ sign, code }) => ({
      nodes: [element("span", { class: "completion__sign" }, sign), `:${code}:`],
    }),
    text: ({ sign }) => sign,
  };
}
