/**
 * The room's panel: who is here (people, not connections), and when the room closes. `inOrder` is
 * pure. Of a large room crowd-list.js draws the people.
 */

import { element, find, icon, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { avatar, botMark, registeredMark } from "../lib/people.js";
import { span } from "../lib/time.js";

/** From this many people on the list is drawn as far as it is seen, and can be searched. */
const CROWD = 50;

/** @type {Record<string, number>} */
const RANK = { owner: 0, moderator: 1 };
const MEMBER_RANK = 2;

/**
 * Returns the people in the order of the list: me first, then the owner and the moderators, then by
 * name.
 * @param {Iterable<Chat.Person>} members
 * @param {string} me
 * @returns {Chat.Person[]}
 */
export function inOrder(members, me) {
  return [...members].sort(comparison(me));
}

/** Returns what compares people in that order. @param {string} me */
export function comparison(me) {
  const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  /** @param {Chat.Person} person */
  const rank = ({ id, role = "member" }) => (id === me ? -1 : (RANK[role] ?? MEMBER_RANK));
  /** @param {Chat.Person} a @param {Chat.Person} b */
  return (a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name);
}

/** @param {number} count */
export function countText(count) {
  return fill(ngettext("%(n)s person here", "%(n)s people here", count), { n: count });
}

/**
 * @param {ParentNode} root
 * @param {string} me my id
 * @param {string} sprite
 */
export function createPanel(root, me, sprite) {
  const list = find(root, "[data-people]", HTMLElement);
  const summary = find(root, "[data-people-summary]", HTMLElement);
  const count = find(root, "[data-people-count]", HTMLElement);
  const closing = find(root, "[data-closing]", HTMLElement);
  const settings = find(root, "[data-settings]", HTMLElement);
  /** @type {ReadonlyMap<string, Chat.Person> | null} */
  let shownMembers = null;
  let shownRole = "";
  /** @type {ReturnType<typeof import("./crowd-list.js").createCrowdList> | null} */
  let crowd = null;
  let isLoading = false;

  /** @param {Chat.Person} person @param {string} role mine */
  const draw = (person, role) => entry(person, me, role, sprite);

  /**
   * @param {ReadonlyMap<string, Chat.Person>} members
   * @param {string} role mine: it decides who gets a button for moderation
   */
  function renderPeople(members, role) {
    if (members === shownMembers && role === shownRole) return;
    shownMembers = members;
    shownRole = role;
    setText(summary, countText(members.size));
    setText(count, String(members.size));
    if (crowd === null && members.size >= CROWD) void loadCrowd();
    if (crowd !== null) crowd.render(members, role);
    else renderSome(members, role);
  }

  /** Lists all of a few people, or the first of many. @type {typeof renderPeople} */
  function renderSome(members, role) {
    const rest = members.size - CROWD;
    const some = rest > 0 ? [...members.values()].slice(0, CROWD) : members.values();
    list.replaceChildren(...inOrder(some, me).map((person) => draw(person, role)));
    if (rest > 0) {
      const more = fill(ngettext("and %(n)s more", "and %(n)s more", rest), { n: rest });
      list.append(element("li", { class: "people__more" }, more));
    }
  }

  async function loadCrowd() {
    if (isLoading) return;
    isLoading = true;
    try {
      const { createCrowdList } = await import("./crowd-list.js");
      crowd = createCrowdList({ list, searchFrom: CROWD, compare: comparison(me), draw });
      if (shownMembers !== null) crowd.render(shownMembers, shownRole);
    } catch {
      isLoading = false; // No network: the next one who comes or goes tries again.
    }
  }

  return {
    /**
     * @param {{grace: number}} room
     * @param {ReadonlyMap<string, Chat.Person>} members
     * @param {string} role mine
     */
    render({ grace }, members, role) {
      const sentence = gettext("Closes %(span)s after the last person leaves.");
      setText(closing, fill(sentence, { span: span(grace) }));
      settings.hidden = role === "member";
      renderPeople(members, role);
    },
  };
}

/**
 * Returns true if a role is above another: the owner above moderators, moderators above members.
 * @param {string} role
 * @param {string} other
 */
function outranks(role, other) {
  return (RANK[role] ?? MEMBER_RANK) < Math.min(RANK[other] ?? MEMBER_RANK, MEMBER_RANK);
}

/**
 * @param {Chat.Person} person
 * @param {string} me
 * @param {string} mine my role
 * @param {string} sprite
 */
function entry({ id, name, role = "member", registered, bot }, me, mine, sprite) {
  const tags = [];
  if (id === me) tags.push(gettext("you"));
  if (role === "owner") tags.push(gettext("owner"));
  if (role === "moderator") tags.push(gettext("moderator"));
  const who = [
    avatar(name, id),
    element("bdi", {}, name),
    ...(registered ? [registeredMark(sprite)] : []),
    ...(bot ? [botMark()] : []),
    ...tags.map((tag) => element("small", { class: "quiet" }, tag)),
  ];
  if (id === me) return element("li", {}, ...who, renameButton(sprite));
  return element(
    "li",
    {},
    element(
      "button",
      { class: "people__person", type: "button", "data-mention": name, title: gettext("Mention") },
      ...who,
    ),
    menuButton(id, name, outranks(mine, role), sprite),
  );
}

/** Returns the button that opens the form for another name (manage.js). @param {string} sprite */
function renameButton(sprite) {
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
 * Returns the button that opens somebody's menu (person-menu.js).
 * @param {string} id
 * @param {string} name
 * @param {boolean} below I may moderate this person
 * @param {string} sprite
 */
function menuButton(id, name, below, sprite) {
  const label = fill(gettext("Actions for %(name)s"), { name });
  return element(
    "button",
    {
      class: "icon-button people__orders",
      type: "button",
      "data-person-menu": id,
      "data-name": name,
      "data-below": below,
      "aria-haspopup": "menu",
      "aria-label": label,
    },
    icon("ellipsis", sprite),
  );
}
