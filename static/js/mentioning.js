/**
 * Completing @names. Finding the word and the people is pure; the rest is a list box over the
 * composer, which keeps the focus.
 */

import { element } from "./dom.js";
import { avatar } from "./message-row.js";

/** So many names are offered. */
const OFFERED = 6;

/**
 * The start of a name before the caret: after an @ that does not stand within a word.
 * @param {string} text
 * @param {number} caret
 * @returns {{start: number, part: string} | null} `start` is the place of the @
 */
export function wordAt(text, caret) {
  const found = /(?<![\p{L}\p{N}_@])@([^@\n]{0,40})$/u.exec(text.slice(0, caret));
  return found === null ? null : { start: found.index, part: found[1] };
}

/**
 * Who may be meant: those whose name, or a word of it, begins like this; those who are here first.
 * @param {string} part
 * @param {Iterable<Chat.Person & {here: boolean}>} people
 * @returns {(Chat.Person & {here: boolean})[]}
 */
export function candidates(part, people) {
  const wanted = fold(part);
  if (/\s$/u.test(part) && wanted !== "") return [];
  const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
  return [...people]
    .filter(({ name }) => {
      const folded = fold(name);
      return folded.startsWith(wanted) || folded.includes(` ${wanted}`);
    })
    .sort((a, b) => Number(b.here) - Number(a.here) || collator.compare(a.name, b.name))
    .slice(0, OFFERED);
}

/** @param {string} text */
function fold(text) {
  return text.normalize("NFKC").toLocaleLowerCase().trim();
}

/**
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} list `role="listbox"`
 * @param {() => Iterable<Chat.Person & {here: boolean}>} people
 */
export function createMentioning(box, list, people) {
  /** @type {(Chat.Person & {here: boolean})[]} */
  let offered = [];
  let start = 0;
  let active = 0;

  function close() {
    offered = [];
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
  }

  function look() {
    const word = box.selectionStart === box.selectionEnd && wordAt(box.value, box.selectionStart);
    offered = word ? candidates(word.part, people()) : [];
    if (!word || offered.length === 0) return close();
    start = word.start;
    active = 0;
    list.replaceChildren(...offered.map(option));
    list.hidden = false;
    mark();
  }

  /**
   * @param {Chat.Person & {here: boolean}} person
   * @param {number} index
   */
  function option({ id, name, here }, index) {
    const node = element(
      "li",
      { id: `mention-${index}`, role: "option", class: here ? null : "is-away" },
      avatar(name, id),
      element("bdi", {}, name),
    );
    // The box keeps the focus.
    node.addEventListener("pointerdown", (event) => event.preventDefault());
    node.addEventListener("click", () => take(index));
    return node;
  }

  function mark() {
    for (const [index, node] of [...list.children].entries()) {
      node.setAttribute("aria-selected", String(index === active));
    }
    box.setAttribute("aria-activedescendant", `mention-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  function take(index) {
    const { name } = offered[index];
    box.setRangeText(`@${name} `, start, box.selectionStart, "end");
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    box.focus();
  }

  box.addEventListener("input", look);
  box.addEventListener("click", look);
  box.addEventListener("blur", close);
  // Before the composer sees the key: Enter here takes a name and sends nothing.
  box.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.isComposing) return;
      switch (event.key) {
        case "ArrowDown":
        case "ArrowUp": {
          const step = event.key === "ArrowDown" ? 1 : -1;
          active = (active + step + offered.length) % offered.length;
          mark();
          break;
        }
        case "Enter":
        case "Tab":
          if (event.shiftKey || event.ctrlKey || event.metaKey) return;
          take(active);
          break;
        case "Escape":
          close();
          break;
        default:
          return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  look();
}
