/**
 * The list of a large room's people: drawn as far as it is seen, and searched. A row stays the same
 * element while it is in view, and while it has the focus. Loaded by the first large room.
 */

import { element, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { createPeople, rowsInView } from "./crowd.js";

/**
 * @param {object} options
 * @param {HTMLElement} options.list
 * @param {number} options.searchFrom this many people can be searched
 * @param {(a: Chat.Person, b: Chat.Person) => number} options.compare
 * @param {(person: Chat.Person, role: string) => HTMLElement} options.draw makes the row of a
 *   person, for a viewer of a role
 */
export function createCrowdList({ list, searchFrom, compare, draw }) {
  const people = createPeople(compare);
  const label = gettext("Find someone here");
  const field = element("input", {
    class: "input people-search",
    type: "search",
    "aria-label": label,
    placeholder: label,
    autocomplete: "off",
    enterkeyhint: "search",
  });
  const found = element("p", { class: "quiet", role: "status" });
  /** @type {Map<string, {person: Chat.Person, node: HTMLElement}>} */
  const drawn = new Map();
  /** @type {readonly Chat.Person[]} */
  let shown = [];
  let role = "";
  let active = 0;
  let row = 0;

  list.replaceChildren();
  list.classList.add("people--crowd");
  list.before(field, found);

  function search() {
    shown = people.find(field.value);
    const text = ngettext("%(n)s person found", "%(n)s people found", shown.length);
    setText(found, field.value.trim() === "" ? "" : fill(text, { n: shown.length }));
    active = Math.max(0, Math.min(active, shown.length - 1));
  }

  function layout() {
    if (shown.length > 0) row ||= measured();
    list.style.setProperty("--rows", `${shown.length * row}px`);
    const { scrollTop: top, clientHeight: height } = list;
    const view = { top, height, row: row || 1, count: row ? shown.length : 0 };
    const { first, last } = rowsInView(view);
    const wanted = new Set(shown.slice(first, last).map(({ id }) => id));
    for (const [id, { node }] of drawn) {
      if (wanted.has(id)) continue;
      const index = node.contains(document.activeElement)
        ? shown.findIndex((p) => p.id === id)
        : -1;
      if (index >= 0) {
        place(nodeOf(shown[index]), index);
        continue;
      }
      drawn.delete(id);
      node.remove();
    }
    for (let index = first; index < last; index += 1) place(nodeOf(shown[index]), index);
    inOrder();
    // Tab leads to the row that the arrow keys were at, if that is drawn.
    const reached = shown[active >= first && active < last ? active : first];
    for (const { person, node } of drawn.values()) node.tabIndex = person === reached ? 0 : -1;
  }

  /** Puts the rows into the order in which Tab and a screen reader go through them. */
  function inOrder() {
    const nodes = [...drawn.values()].map(({ node }) => node);
    nodes.sort((a, b) => Number(a.ariaPosInSet) - Number(b.ariaPosInSet));
    let place = list.firstElementChild;
    for (const node of nodes) {
      if (node === place) place = place.nextElementSibling;
      else list.insertBefore(node, place);
    }
  }

  /** Returns the height of a row; 0 while the list is not on the page. */
  function measured() {
    const { offsetHeight } = nodeOf(shown[0]);
    return offsetHeight;
  }

  /** @param {Chat.Person} person */
  function nodeOf(person) {
    const known = drawn.get(person.id);
    if (known?.person === person) return known.node;
    const node = draw(person, role);
    const hasFocus = known?.node.contains(document.activeElement);
    if (known) known.node.replaceWith(node);
    else list.append(node);
    node.tabIndex = -1;
    if (hasFocus) node.focus({ preventScroll: true });
    drawn.set(person.id, { person, node });
    return node;
  }

  /** @param {HTMLElement} node @param {number} index */
  function place(node, index) {
    node.style.insetBlockStart = `${index * row}px`;
    node.setAttribute("aria-setsize", String(shown.length));
    node.setAttribute("aria-posinset", String(index + 1));
  }

  /** @param {number} index */
  function goTo(index) {
    active = Math.max(0, Math.min(index, shown.length - 1));
    const top = active * row;
    const least = top + row - list.clientHeight;
    if (list.scrollTop > top) list.scrollTop = top;
    else if (list.scrollTop < least) list.scrollTop = least;
    layout();
    drawn.get(shown[active]?.id)?.node.focus(); // the panel scrolls, too, if need be
  }

  /** @param {KeyboardEvent} event */
  function targetOf({ key }) {
    const page = Math.max(1, Math.floor(list.clientHeight / (row || 1)) - 1);
    switch (key) {
      case "ArrowDown":
        return active + 1;
      case "ArrowUp":
        return active - 1;
      case "PageDown":
        return active + page;
      case "PageUp":
        return active - page;
      case "Home":
        return 0;
      case "End":
        return shown.length - 1;
    }
    return null;
  }

  field.addEventListener("input", () => {
    active = list.scrollTop = 0;
    search();
    layout();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      if (shown.length > 0) goTo(0);
    } else if (event.key === "Escape" && field.value !== "") {
      event.preventDefault();
      field.value = "";
      field.dispatchEvent(new Event("input"));
    }
  });
  list.addEventListener("focusin", ({ target }) => {
    const index = shown.findIndex(
      ({ id }) => target instanceof Node && drawn.get(id)?.node.contains(target),
    );
    if (index >= 0) active = index;
  });
  list.addEventListener("keydown", (event) => {
    const next = targetOf(event);
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (next < 0) field.focus();
    else goTo(next);
  });
  list.addEventListener("scroll", layout, { passive: true });
  // Also tells when the panel opens.
  new ResizeObserver(() => {
    row = 0;
    layout();
  }).observe(list);

  return {
    /**
     * @param {ReadonlyMap<string, Chat.Person>} members
     * @param {string} mine my role
     */
    render(members, mine) {
      people.update(members);
      if (mine !== role) {
        for (const { node } of drawn.values()) node.remove();
        drawn.clear();
      }
      role = mine;
      field.hidden = members.size < searchFrom && field.value === "";
      search();
      layout();
    },
  };
}
