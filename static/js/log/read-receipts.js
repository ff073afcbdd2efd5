/** The line under my last message that says who has read it, in rooms small enough for that. */

import { isolated } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { isolate, list } from "../lib/people.js";
import { readersOfLastMessage } from "../state/room-extras.js";

/** At most this many people are named. */
const MAX_NAMED = 4;

/** @param {Chat.State} state */
export function sentence(state) {
  const seen = readersOfLastMessage(state);
  if (seen === null) return "";
  if (seen.everyone && seen.names.length > 1) return gettext("Seen by everyone");
  const names = seen.names.map(isolate);
  const more = names.length - MAX_NAMED;
  const shown = more > 0 ? [...names.slice(0, MAX_NAMED), `+${more}`] : names;
  return fill(gettext("Seen by %(names)s"), { names: list(shown) });
}

/** @param {HTMLElement} line */
export function createReadReceipts(line) {
  let said = "";
  return {
    /** @param {Chat.State} state */
    render(state) {
      const text = sentence(state);
      if (text === said) return;
      said = text;
      line.replaceChildren(...isolated(text));
    },
  };
}
