/**
 * Completes what is being typed, with a list box over the composer, which keeps the focus. The
 * sources know what can be completed and with what. Loaded once the page is idle.
 */

import { element } from "../lib/dom.js";
import { shortcodeSource } from "./emoji-completion.js";
import { mentionSource } from "./mention-completion.js";

/**
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} list `role="listbox"`
 * @param {() => Iterable<Chat.Person & {here: boolean}>} people
 */
export function createCompletion(box, list, people) {
  /** @type {readonly Chat.CompletionSource<any>[]} */
  const sources = [mentionSource(people), shortcodeSource()];
  /** The text that each option of the list inserts. @type {string[]} */
  let offered = [];
  let start = 0;
  let active = 0;

  function close() {
    offered = [];
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
  }

  function look() {
    const caret = box.selectionStart;
    for (const source of box.selectionEnd === caret ? sources : []) {
      const word = source.wordAt(box.value, caret);
      if (word === null) continue;
      const items = source.offer(word.part);
      if (items instanceof Promise) {
        // Without a network there is nothing to offer; the next letter tries again.
        items.then(look, () => {});
      } else if (items.length > 0) {
        open(source, items, word.start);
        return;
      }
    }
    close();
  }

  /**
   * @template Item
   * @param {Chat.CompletionSource<Item>} source
   * @param {readonly Item[]} items
   * @param {number} from
   */
  function open(source, items, from) {
    start = from;
    active = 0;
    offered = items.map(source.text);
    list.setAttribute("aria-label", source.title);
    list.replaceChildren(...items.map((item, index) => option(source.draw(item), index)));
    list.hidden = false;
    mark();
  }

  /**
   * @param {{nodes: (Node | string)[], faint?: boolean}} drawn
   * @param {number} index
   */
  function option({ nodes, faint }, index) {
    const node = element(
      "li",
      { id: `completion-${index}`, role: "option", class: faint ? "is-away" : null },
      ...nodes,
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
    box.setAttribute("aria-activedescendant", `completion-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  function take(index) {
    box.setRangeText(`${offered[index]} `, start, box.selectionStart, "end");
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    box.focus();
  }

  box.addEventListener("input", look);
  box.addEventListener("click", look);
  box.addEventListener("blur", close);
  // In the capture phase, before the composer sees the key: Enter here takes the marked option and
  // sends nothing.
  box.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden) return;
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
