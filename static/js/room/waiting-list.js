/** Lists those who ask to join, with the buttons to answer them. DOM. */

import { element, find, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { avatar } from "../lib/people.js";

/** At most this many are listed here; the settings list all of them. */
const MAX_LISTED = 3;

/**
 * @param {HTMLElement} root the room
 * @param {object} hooks
 * @param {(id: string, verb: string) => Promise<void>} hooks.answer
 * @param {(text: string) => void} hooks.say to screen readers
 * @param {(count: number) => void} hooks.onWaiting
 */
export function createWaitingList(root, { answer, say, onWaiting }) {
  const queue = find(root, "[data-waiting]", HTMLElement);
  const list = find(queue, "ul", HTMLElement);
  const count = find(queue, "h2", HTMLElement);
  const more = find(queue, "a", HTMLElement);
  const number = find(root, "[data-waiting-count]", HTMLElement);
  /** @type {readonly Chat.Waiting[]} */
  let shown = [];

  list.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    const row = button?.closest("li");
    if (!button || !row) return;
    // Nobody is let in and turned away at once.
    const buttons = row.querySelectorAll("button");
    for (const one of buttons) one.disabled = true;
    await answer(row.dataset.id ?? "", button.getAttribute("value") ?? "");
    for (const one of buttons) one.disabled = false;
  });

  /**
   * A row stays the same element: somebody may be about to press its button.
   * @param {readonly Chat.Waiting[]} people
   */
  function draw(people) {
    const ids = new Set(people.map(({ id }) => id));
    for (const row of list.querySelectorAll("li")) {
      if (!ids.has(row.dataset.id ?? "")) row.remove();
    }
    for (const [index, person] of people.entries()) {
      const place = list.children[index] ?? null;
      if (place?.getAttribute("data-id") !== person.id) list.insertBefore(row(person), place);
    }
  }

  return {
    /** @param {readonly Chat.Waiting[]} waiting in the order in which they came */
    render(waiting) {
      if (waiting === shown) return;
      const isMore = waiting.length > shown.length;
      shown = waiting;
      const n = waiting.length;
      queue.hidden = n === 0;
      draw(waiting.slice(0, MAX_LISTED));
      const text = ngettext("%(n)s person is asking to join", "%(n)s people are asking to join", n);
      setText(count, fill(text, { n }));
      more.hidden = n <= MAX_LISTED;
      number.hidden = n === 0;
      setText(number, String(n));
      onWaiting(n);
      const last = waiting.at(-1);
      if (isMore && last) say(fill(gettext("%(name)s is asking to join"), { name: last.name }));
    },
  };
}

/** @param {Chat.Waiting} person */
function row({ id, name }) {
  const button = { class: "button", type: "button" };
  return element(
    "li",
    { "data-id": id },
    avatar(name, id),
    element("bdi", {}, name),
    element(
      "button",
      { ...button, class: "button button--primary", value: "admit" },
      gettext("Let in"),
    ),
    element("button", { ...button, value: "refuse" }, gettext("Turn away")),
  );
}
