/** Who is here: people, not connections. The order is pure; the rest puts it in the panel. */

import { element, setText } from "./dom.js";
import { fill, gettext, ngettext } from "./i18n.js";
import { avatar } from "./message-row.js";

/** Most people listed by name. */
const LISTED = 200;

/** @type {Record<string, number>} */
const RANK = { owner: 0, moderator: 1 };

/**
 * Me first, then those who run the room, then by name.
 * @param {Iterable<Chat.Person>} members
 * @param {string} me
 * @returns {Chat.Person[]}
 */
export function inOrder(members, me) {
  const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  /** @param {Chat.Person} person */
  const rank = ({ id, role = "member" }) => (id === me ? -1 : (RANK[role] ?? 2));
  return [...members].sort((a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name));
}

/** @param {number} count */
export function countText(count) {
  return fill(ngettext("%(n)s person here", "%(n)s people here", count), { n: count });
}

/**
 * @param {object} places
 * @param {HTMLElement} places.list
 * @param {HTMLElement} places.summary "3 people here"
 * @param {HTMLElement} places.badge the bare number
 * @param {string} me
 */
export function createPresence({ list, summary, badge }, me) {
  /** @type {ReadonlyMap<string, Chat.Person> | null} */
  let shown = null;

  return {
    /** @param {ReadonlyMap<string, Chat.Person>} members */
    render(members) {
      if (members === shown) return;
      shown = members;
      const people = inOrder(members.values(), me);
      list.replaceChildren(...people.slice(0, LISTED).map((person) => entry(person, me)));
      const rest = people.length - LISTED;
      if (rest > 0) {
        const more = fill(ngettext("and %(n)s more", "and %(n)s more", rest), { n: rest });
        list.append(element("li", { class: "people__more" }, more));
      }
      setText(summary, countText(members.size));
      setText(badge, String(members.size));
    },
  };
}

/**
 * @param {Chat.Person} person
 * @param {string} me
 */
function entry({ id, name, role }, me) {
  const tags = [];
  if (id === me) tags.push(gettext("you"));
  if (role === "owner") tags.push(gettext("owner"));
  if (role === "moderator") tags.push(gettext("moderator"));
  return element(
    "li",
    {},
    avatar(name, id),
    element("bdi", {}, name),
    ...tags.map((tag) => element("small", { class: "quiet" }, tag)),
  );
}
