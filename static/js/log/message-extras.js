/** What a message has beside its text: the message it answers, and the reactions to it. DOM. */

import { element, icon } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isolate, list } from "../lib/people.js";
import { excerpt } from "../state/message-actions.js";

/** Up to this many people a reaction names; more are counted. */
const NAMED = 8;

/**
 * The message that is answered, as a way to it.
 * @param {{seq: number, quote: Chat.Message | null | undefined, name: string}} answered
 * @param {Chat.Look} look
 */
export function quoteOf({ seq, quote, name }, look) {
  const attributes = { class: "quote", type: "button", "data-goto": String(seq) };
  if (!quote || quote.deleted) {
    const text = quote === undefined ? "…" : gettext("A message that is not there any more");
    return element(
      "button",
      { ...attributes, disabled: quote !== undefined },
      icon("reply", look.sprite),
      element("span", { class: "quote__text" }, text),
    );
  }
  const label = fill(gettext("In reply to %(name)s: %(text)s. Go there"), {
    name,
    text: excerpt(quote),
  });
  return element(
    "button",
    { ...attributes, "aria-label": label },
    icon("reply", look.sprite),
    element("bdi", { class: "quote__name" }, name),
    element("span", { class: "quote__text", dir: "auto" }, excerpt(quote)),
  );
}

/**
 * The reactions, each a button that puts mine to it or takes it away; null when there are none.
 * @param {Chat.Message} message
 * @param {Chat.Look} look
 */
export function reactionsOf({ reactions = {}, names = {} }, look) {
  const signs = Object.entries(reactions);
  if (signs.length === 0) return null;
  return element(
    "div",
    { class: "reactions" },
    ...signs.map(([emoji, ids]) => {
      const mine = ids.includes(look.myId);
      const people = whoReacted(ids, names, look.myId);
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
 * "You, Ada and Ben", or with "and 7 more" for very many.
 * @param {readonly string[]} ids in the order they reacted
 * @param {Record<string, string>} names
 * @param {string} me
 */
export function whoReacted(ids, names, me) {
  const all = ids.map((id) => (id === me ? gettext("You") : isolate(names[id] ?? "?")));
  const [mine, others] = [ids.indexOf(me), all.filter((_, index) => ids[index] !== me)];
  const ordered = mine < 0 ? others : [gettext("You"), ...others];
  const rest = ordered.length - NAMED;
  if (rest <= 0) return list(ordered);
  const more = fill(ngettext("%(n)s more", "%(n)s more", rest), { n: rest });
  return list([...ordered.slice(0, NAMED), more]);
}
