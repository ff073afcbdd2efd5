/** Who is here: people, not connections. The order is pure; the rest puts it in the panel. */

import { element, icon, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { avatar, registeredMark } from "../lib/people.js";
import { reportButton } from "./report.js";

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
 * @param {string} sprite
 */
export function createPresence({ list, summary, badge }, me, sprite) {
  /** @type {ReadonlyMap<string, Chat.Person> | null} */
  let shown = null;
  let rank = "";

  return {
    /**
     * @param {ReadonlyMap<string, Chat.Person>} members
     * @param {string} [role] mine: whom I may give orders about has a button
     */
    render(members, role = "member") {
      if (members === shown && role === rank) return;
      shown = members;
      rank = role;
      const people = inOrder(members.values(), me);
      list.replaceChildren(
        ...people.slice(0, LISTED).map((person) => entry(person, me, role, sprite)),
      );
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
 * Owner over moderator over member.
 * @param {string} role
 * @param {string} other
 */
export function outranks(role, other) {
  return (RANK[role] ?? 2) < Math.min(RANK[other] ?? 2, 2);
}

/**
 * @param {Chat.Person} person
 * @param {string} me
 * @param {string} mine my role
 * @param {string} sprite
 */
function entry({ id, name, role = "member", registered }, me, mine, sprite) {
  const tags = [];
  if (id === me) tags.push(gettext("you"));
  if (role === "owner") tags.push(gettext("owner"));
  if (role === "moderator") tags.push(gettext("moderator"));
  return element(
    "li",
    {},
    avatar(name, id),
    element("bdi", {}, name),
    ...(registered ? [registeredMark(sprite)] : []),
    ...tags.map((tag) => element("small", { class: "quiet" }, tag)),
    id === me ? renaming(sprite) : "",
    ...(id === me ? [] : [reportButton({ person: id, name }, sprite)]),
    ...(id !== me && outranks(mine, role) ? [orders(id, name, sprite)] : []),
  );
}

/** Opens the form for another name (room/manage.js). @param {string} sprite */
function renaming(sprite) {
  const label = gettext("Change your name");
  return element(
    "button",
    {
      class: "icon-button people__orders",
      type: "button",
      "data-rename": true,
      "aria-label": label,
      title: label,
    },
    icon("pencil", sprite),
  );
}

/**
 * Opens what can be done about somebody (room/manage.js).
 * @param {string} id
 * @param {string} name
 * @param {string} sprite
 */
function orders(id, name, sprite) {
  const label = fill(gettext("What to do about %(name)s"), { name });
  return element(
    "button",
    { class: "icon-button people__orders", type: "button", "data-orders": id, "aria-label": label },
    icon("ellipsis", sprite),
  );
}
