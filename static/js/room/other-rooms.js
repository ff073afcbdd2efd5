/**
 * My other rooms in the panel, with what is unread there. Loaded with the first `elsewhere` frame: until
 * then their names are those that the page came with.
 */

import { element, find, icon } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";

/** More is not counted: "99+". */
const MOST = 99;

/**
 * The rooms that are listed at least, and on screens with less room for them: as many more as the panel beside
 * the log has room for. A click shows the rest.
 */
const LISTED = 5;
const LISTED_ON_LOW = 3;
const LISTED_ON_PHONE = 2;
const LOW = "(height < 900px)";
const PHONE = "(width < 960px) and (height < 900px)";

/** Pixels that are left above the panel's foot, which fades what goes on below it. */
const EDGE = 16;

/** @param {number} number */
export const counted = (number) => (number > MOST ? `${MOST}+` : String(number));

/**
 * Returns what the arrow to the front page, which lists them, shows: how many messages mention me elsewhere, "•"
 * if there is other news, "" if there is none. Rooms of which I want to hear nothing do not count.
 * @param {readonly Chat.OtherRoom[]} rooms
 */
export function summary(rooms) {
  const heard = rooms.filter(({ silent }) => !silent);
  const mentions = heard.reduce((sum, room) => sum + room.mentions, 0);
  if (mentions > 0) return `@${counted(mentions)}`;
  return heard.some(({ unread }) => unread > 0) ? "•" : "";
}

/** @param {ParentNode} root @param {string} sprite */
export function createOtherRooms(root, sprite) {
  const section = find(root, "[data-other-rooms]", HTMLElement);
  const list = find(section, "ul", HTMLElement);
  const mark = find(root, "[data-elsewhere]", HTMLElement);
  let showsAll = false;
  /** @type {readonly Chat.OtherRoom[]} */
  let rooms = [];

  function draw() {
    const onLow = matchMedia(PHONE).matches ? LISTED_ON_PHONE : LISTED_ON_LOW;
    const listed = matchMedia(LOW).matches ? onLow : LISTED;
    const focused = list.querySelector("a:focus")?.getAttribute("href");
    write(listed);
    const free = showsAll || rooms.length <= listed ? 0 : freeLines();
    if (free > 0) write(listed + free);
    for (const link of list.querySelectorAll("a")) {
      if (link.getAttribute("href") === focused) link.focus();
    }
  }

  /** Returns how many more rooms fit into the panel. The people here must stand above them already. */
  function freeLines() {
    const foot = section.nextElementSibling;
    const people = section.previousElementSibling?.querySelector("[data-people]");
    if (!foot || !people?.firstElementChild || section.closest(":popover-open")) return 0;
    const gap = foot.getBoundingClientRect().top - list.getBoundingClientRect().bottom;
    const height = list.querySelector("li")?.offsetHeight ?? 0;
    return height > 0 ? Math.max(Math.floor((gap - EDGE) / height), 0) : 0;
  }

  /** @param {number} listed */
  function write(listed) {
    const hidden = showsAll ? 0 : Math.max(rooms.length - listed, 0);
    list.className = "other-rooms";
    list.replaceChildren(...rooms.slice(0, rooms.length - hidden).map(entry));
    if (hidden === 0) return;
    const text = fill(ngettext("%(n)s more", "%(n)s more", hidden), { n: hidden });
    const button = element(
      "button",
      { class: "button button--plain button--small", type: "button" },
      text,
      icon("chevron-down", sprite),
    );
    button.addEventListener("click", () => {
      showsAll = true;
      draw();
    });
    list.append(element("li", {}, button));
  }

  return {
    /** @param {readonly Chat.OtherRoom[]} next */
    render(next) {
      rooms = next;
      section.hidden = rooms.length === 0;
      draw();
      const text = summary(rooms);
      mark.hidden = text === "";
      mark.replaceChildren(
        element("span", { "aria-hidden": "true" }, text),
        element("span", { class: "visually-hidden" }, gettext("unread in your other rooms")),
      );
      mark.classList.toggle("unread--personal", text.startsWith("@"));
    },
  };
}

/** @param {Chat.OtherRoom} room */
function entry({ code, title, unread, mentions, silent }) {
  const name = element("span", { class: "code", dir: "ltr" }, code);
  const link = element("a", { href: `/rooms/${code}/` }, name);
  link.append(element("bdi", {}, title));
  if (mentions > 0) {
    const text = ngettext("%(n)s for you", "%(n)s for you", mentions);
    link.append(pill(`@${counted(mentions)}`, text, mentions, "unread unread--personal"));
  }
  if (unread > 0) {
    const text = ngettext("%(n)s unread", "%(n)s unread", unread);
    link.append(pill(counted(unread), text, unread, "unread"));
  }
  return element("li", { "data-silent": silent }, link);
}

/**
 * Returns a number as it is shown everywhere, with the words for it.
 * @param {string} shown
 * @param {string} text
 * @param {number} number
 * @param {string} kind
 */
function pill(shown, text, number, kind) {
  const words = fill(text, { n: counted(number) });
  return element(
    "span",
    { class: kind, title: words },
    element("span", { "aria-hidden": "true" }, shown),
    element("span", { class: "visually-hidden" }, words),
  );
}
