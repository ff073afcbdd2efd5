/** The pinned messages: the latest in a line over the log, the others in a list that opens. */

import { element, find, icon, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { excerpt } from "../state/message-actions.js";
import { isHidden, nameOf } from "../state/messages.js";

/**
 * @param {HTMLElement} bar a `details`
 * @param {string} sprite
 */
export function createPins(bar, sprite) {
  const latest = find(bar, "[data-pin]", HTMLElement);
  const count = find(bar, "[data-pins-count]", HTMLElement);
  const list = find(bar, "ul", HTMLElement);
  /** @type {readonly Chat.Message[]} */
  let shown = [];
  /** @type {ReadonlyMap<string, string> | null} */
  let named = null;
  /** @type {ReadonlySet<string> | null} */
  let without = null;

  return {
    /**
     * @param {readonly Chat.Message[]} pinned
     * @param {ReadonlyMap<string, string>} names
     * @param {ReadonlySet<string>} hidden the people whom I have hidden
     */
    render(pinned, names, hidden) {
      if (pinned === shown && names === named && hidden === without) return;
      [shown, named, without] = [pinned, names, hidden];
      bar.hidden = pinned.length === 0;
      bar.classList.toggle("pins--one", pinned.length === 1);
      const newest = pinned.toReversed();
      latest.replaceChildren(...(newest.length > 0 ? line(newest[0], names, hidden) : []));
      const n = pinned.length;
      setText(count, fill(ngettext("%(n)s pinned", "%(n)s pinned", n), { n }));
      list.replaceChildren(
        ...newest.map((message) =>
          element(
            "li",
            {},
            element(
              "button",
              { type: "button", "data-goto": String(message.seq) },
              icon("pin", sprite),
              ...line(message, names, hidden),
            ),
          ),
        ),
      );
    },
  };
}

/**
 * @param {Chat.Message} message
 * @param {ReadonlyMap<string, string>} names
 * @param {ReadonlySet<string>} hidden
 */
function line(message, names, hidden) {
  const text = isHidden(message, hidden) ? gettext("hidden for you") : excerpt(message);
  return [
    element("bdi", { class: "quote__name" }, nameOf(message, names)),
    element("span", { class: "quote__text", dir: "auto" }, text || gettext("…")),
  ];
}
