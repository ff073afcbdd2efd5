/**
 * Draws what a message has beside its text: the message it replies to, and the reactions to it.
 * DOM.
 */

import { element, icon } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isolate, list } from "../lib/people.js";
import { excerpt } from "../state/message-actions.js";

/** A reaction names up to this many people, and counts more. */
const MAX_NAMED = 8;

/**
 * Returns the quote of the message that is replied to: a button that goes there.
 * @param {{seq: number, quote: Chat.Message | null | undefined, name: string, hidden: boolean}} target
 *   `hidden`: I have hidden its author
 * @param {Chat.Viewer} viewer
 */
export function quoteElement({ seq, quote, name, hidden }, viewer) {
  const attributes = { class: "quote", type: "button", "data-goto": String(seq) };
  if (!quote || quote.deleted) {
    const text = quote === undefined ? "…" : gettext("This message is no longer available");
    return element(
      "button",
      { ...attributes, disabled: quote !== undefined },
      icon("reply", viewer.sprite),
      element("span", { class: "quote__text" }, text),
    );
  }
  const text = hidden ? gettext("hidden for you") : excerpt(quote);
  const label = fill(gettext("In reply to %(name)s: %(text)s. Go to that message"), { name, text });
  return element(
    "button",
    { ...attributes, "aria-label": label },
    icon("reply", viewer.sprite),
    element("bdi", { class: "quote__name" }, name),
    element("span", { class: "quote__text", dir: "auto" }, text),
  );
}

/**
 * Returns the reactions, each a button that adds mine or removes it; null when there are none.
 * @param {Chat.Message} message
 * @param {Chat.Viewer} viewer
 */
export function reactionsElement({ reactions = {}, names = {} }, viewer) {
  const signs = Object.entries(reactions);
  if (signs.length === 0) return null;
  return element(
    "div",
    { class: "reactions" },
    ...signs.map(([emoji, ids]) => {
      const mine = ids.includes(viewer.myId);
      const people = whoReacted(ids, names, viewer.myId);
      return element(
        "button",
        {
          class: "reaction",
          type: "button",
          "data-emoji": emoji,
          "aria-pressed": String(mine),
          "aria-label": `${emoji} ${people.replace(/[\u2068\u2069]/g, "")}`,
          title: people,
        },
        element("span", { "aria-hidden": "true" }, emoji),
        element("span", { class: "reaction__count", "aria-hidden": "true" }, String(ids.length)),
      );
    }),
  );
}

/**
 * Returns "You, Ada and Ben"; of more than `MAX_NAMED` people, "… and 7 more".
 * @param {readonly string[]} ids in the order in which they reacted
 * @param {Record<string, string>} names
 * @param {string} me
 */
export function whoReacted(ids, names, me) {
  const all = ids.map((id) => (id === me ? gettext("You") : isolate(names[id] ?? "?")));
  const [mine, others] = [ids.indexOf(me), all.filter((_, index) => ids[index] !== me)];
  const ordered = mine < 0 ? others : [gettext("You"), ...others];
  const rest = ordered.length - MAX_NAMED;
  if (rest <= 0) return list(ordered);
  const more = fill(ngettext("%(n)s more", "%(n)s more", rest), { n: rest });
  return list([...ordered.slice(0, MAX_NAMED), more]);
}
