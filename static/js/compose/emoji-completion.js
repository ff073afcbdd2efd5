/**
 * Completes the `:names:` of emoji. The table of names is loaded when the first one is typed.
 */

import { element } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/** Emoji are offered from this many letters on: a single one, as in ":D", is an emoticon. */
const MIN_LETTERS = 2;

/** @type {typeof import("./emoji.js") | null} */
let table = null;

/**
 * Returns the beginning of a shortcode before the caret: it follows a colon that ends neither a
 * word nor an hour.
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, part: string} | null} `start` is the index of the colon
 */
export function shortcodeAt(text, caret) {
  const found = /(?<![\p{L}\p{N}_:]):([a-z0-9+][a-z0-9_+-]{0,39}|-1)$/iu.exec(text.slice(0, caret));
  return found === null ? null : { start: found.index, part: found[1] };
}

/** @returns {Chat.CompletionSource<{sign: string, code: string}>} */
export function shortcodeSource() {
  return {
    title: gettext("Emoji"),
    wordAt: shortcodeAt,
    offer(part) {
      if (table === null) {
        return import("./emoji.js").then((loaded) => {
          table = loaded;
        });
      }
      return part.length < MIN_LETTERS ? [] : table.complete(part);
    },
    draw: ({ sign, code }) => ({
      nodes: [element("span", { class: "completion__sign" }, sign), `:${code}:`],
    }),
    text: ({ sign }) => sign,
  };
}
