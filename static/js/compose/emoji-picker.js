/**
 * The emoji picker: an emoji is chosen among the recent ones, by group, by words, or typed or pasted.
 * Loaded when it is first wanted, with the tables of names and words.
 */

import { element, find, openPopover } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { startsText } from "../lib/keyboard.js";
import { positionPopover } from "../lib/popover-position.js";
import { followDrag } from "../lib/sheet-drag.js";
import { groups } from "./emoji.js";
import { iconOf, RECENT, titleOf } from "./emoji-groups.js";
import { search } from "./emoji-search.js";

/**
 * Returns the emoji that a text consists of, or null if it is anything else.
 * @param {string} text
 */
function asEmoji(text) {
  const characters = [...new Intl.Segmenter().segment(text.trim())];
  if (characters.length !== 1) return null;
  const [{ segment }] = characters;
  return /\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(
    segment,
  )
    ? segment
    : null;
}

/**
 * @param {HTMLElement} picker a popover with a search field, a grid of emoji, and a line for the
 *   name of one
 * @param {boolean} touch the search field gets no focus, so that no on-screen keyboard opens
 * @param {ReturnType<typeof import("./emoji-recents.js").createEmojiRecents>} recents
 */
export function createEmojiPicker(picker, touch, recents) {
  const field = find(picker, "input", HTMLInputElement);
  const grid = find(picker, "[data-grid]", HTMLElement);
  const label = find(picker, "[data-emoji-name]", HTMLElement);
  const shortcuts = element("div", { class: "emoji__groups" });
  grid.before(shortcuts);
  const names = new Map([...groups.values()].flat().map(({ sign, name }) => [sign, name]));
  /** @type {(sign: string) => void} */
  let chosen = () => {};

  /** @param {readonly {sign: string, name: string}[]} list */
  function cells(list) {
    return list.map(({ sign, name }) =>
      element(
        "button",
        { type: "button", "aria-label": name, title: name, "data-sign": sign },
        sign,
      ),
    );
  }

  /**
   * @param {string} group
   * @param {readonly {sign: string, name: string}[]} list
   */
  function section(group, list) {
    const title = titleOf(group);
    return [
      element("h3", { class: "label", "data-group": group }, title),
      element("div", { class: "emoji__cells", role: "group", "aria-label": title }, ...cells(list)),
    ];
  }

  /**
   * Fills the line below the grid: with an emoji and its name, or with a text.
   * @param {string} text
   * @param {string} [sign]
   */
  function tell(text, sign = "") {
    const picture = element("span", { "aria-hidden": "true" }, sign);
    label.replaceChildren(
      ...(sign === "" ? [] : [picture]),
      ...(text === "" ? [] : [element("bdi", {}, text)]),
    );
  }

  function show() {
    const text = field.value.trim();
    grid.scrollTop = 0;
    tell("");
    if (text === "") {
      const recent = recents.signs.map((sign) => ({ sign, name: names.get(sign) ?? sign }));
      grid.replaceChildren(
        ...(recent.length > 0 ? section(RECENT, recent) : []),
        ...[...groups].flatMap(([group, list]) => section(group, list)),
      );
      showShortcuts();
      return;
    }
    shortcuts.hidden = true;
    const typed = asEmoji(text);
    const found = typed === null ? search(text) : [{ sign: typed, name: typed }];
    if (found.length === 0) {
      const none = gettext("No emoji found.");
      tell(none);
      grid.replaceChildren(element("p", { class: "emoji__none", "aria-hidden": "true" }, none));
      return;
    }
    grid.replaceChildren(element("div", { class: "emoji__cells" }, ...cells(found)));
  }

  /** Offers a way to each group. With keys, the search is the shorter way. */
  function showShortcuts() {
    shortcuts.hidden = false;
    shortcuts.replaceChildren(
      ...[...grid.querySelectorAll("h3")].map((heading) => {
        const title = heading.textContent ?? "";
        const button = element(
          "button",
          { type: "button", tabindex: "-1", "aria-label": title, title },
          iconOf(heading.getAttribute("data-group") ?? ""),
        );
        button.addEventListener("click", () => {
          // The heading itself sticks to the top, and is in view already.
          const cells = /** @type {HTMLElement} */ (heading.nextElementSibling);
          grid.scrollTop = cells.offsetTop - grid.offsetTop - heading.offsetHeight;
        });
        return button;
      }),
    );
    markShortcut();
  }

  /** Marks the group that is in view. */
  function markShortcut() {
    const edge = grid.scrollTop + grid.offsetTop;
    const sections = [...grid.querySelectorAll("[role=group]")].filter(
      (cells) => cells instanceof HTMLElement,
    );
    const current = sections.findIndex((cells) => cells.offsetTop + cells.offsetHeight > edge + 1);
    for (const [index, button] of [...shortcuts.children].entries()) {
      button.toggleAttribute("data-current", index === current);
    }
  }

  /** @param {Element | null} cell */
  function take(cell) {
    const sign = cell?.getAttribute("data-sign");
    if (!sign) return;
    recents.use(sign);
    picker.hidePopover();
    chosen(sign);
  }

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    take(grid.querySelector("[data-sign]"));
  });
  grid.addEventListener("click", ({ target }) => {
    if (target instanceof Element) take(target.closest("[data-sign]"));
  });
  grid.addEventListener("scroll", markShortcut, { passive: true });
  for (const type of ["focusin", "pointerover"]) {
    grid.addEventListener(type, ({ target }) => {
      const cell = target instanceof Element ? target.closest("[data-sign]") : null;
      const sign = cell?.getAttribute("data-sign");
      if (sign) tell(cell?.getAttribute("aria-label") ?? "", sign);
    });
  }
  picker.addEventListener("keydown", (event) => {
    if (event.target !== field && startsText(event)) {
      // It goes on with the search, and is not the start of a message.
      event.stopPropagation();
      field.focus();
      return;
    }
    const columns = getComputedStyle(
      grid.querySelector(".emoji__cells") ?? grid,
    ).gridTemplateColumns.split(" ").length;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined || (event.target === field && Math.abs(step) === 1)) return;
    const all = [...grid.querySelectorAll("button")];
    const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    event.preventDefault();
    if (at < 0) all[0]?.focus();
    else if (at + step < 0) field.focus();
    else all[Math.min(at + step, all.length - 1)]?.focus();
  });

  if (touch) followDrag(picker, grid);

  return {
    /**
     * @param {HTMLElement} anchor
     * @param {(sign: string) => void} onChosen
     * @param {{row: HTMLElement, quote: HTMLElement}} [about] what is reacted to
     */
    open(anchor, onChosen, about) {
      chosen = onChosen;
      picker.querySelector(".menu__quote")?.remove();
      if (about) picker.prepend(about.quote);
      field.value = "";
      openPopover(picker);
      show();
      grid.style.setProperty("--bar", `${grid.offsetWidth - grid.clientWidth}px`);
      positionPopover(picker, anchor, about?.row);
      (touch ? picker : field).focus({ preventScroll: true });
    },
  };
}
