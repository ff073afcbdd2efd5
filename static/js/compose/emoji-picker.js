/**
 * The emoji picker: an emoji is chosen by group, by name, or typed or pasted. Loaded when it is
 * first wanted, with the table of names.
 */

import { element, find, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { positionPopover } from "../lib/popover-position.js";
import { groups, search } from "./emoji.js";

/** @type {Record<string, () => string>} */
const TITLES = {
  Smileys: () => gettext("Smileys"),
  People: () => gettext("People"),
  Nature: () => gettext("Nature"),
  Food: () => gettext("Food"),
  Travel: () => gettext("Travel"),
  Activities: () => gettext("Activities"),
  Objects: () => gettext("Objects"),
  Symbols: () => gettext("Symbols"),
  Flags: () => gettext("Flags"),
};

/**
 * Returns the emoji that a text consists of, or null if it is anything else.
 * @param {string} text
 */
export function asEmoji(text) {
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
 */
export function createEmojiPicker(picker, touch) {
  const field = find(picker, "input", HTMLInputElement);
  const grid = find(picker, "[data-grid]", HTMLElement);
  const name = find(picker, "[data-emoji-name]", HTMLElement);
  /** @type {(sign: string) => void} */
  let chosen = () => {};

  /** @param {readonly {sign: string, name: string}[]} list */
  function cells(list) {
    return list.map(({ sign, name: label }) =>
      element(
        "button",
        { type: "button", "aria-label": label, title: label, "data-sign": sign },
        sign,
      ),
    );
  }

  function show() {
    const text = field.value.trim();
    grid.scrollTop = 0;
    setText(name, "");
    if (text === "") {
      grid.replaceChildren(
        ...[...groups].flatMap(([group, list]) => [
          element("h3", { class: "label" }, TITLES[group]?.() ?? group),
          element("div", { class: "emoji__cells" }, ...cells(list)),
        ]),
      );
      return;
    }
    const typed = asEmoji(text);
    const found = typed === null ? search(text) : [{ sign: typed, name: typed }];
    if (found.length === 0) setText(name, gettext("No emoji found."));
    grid.replaceChildren(element("div", { class: "emoji__cells" }, ...cells(found)));
  }

  /** @param {Element | null} cell */
  function take(cell) {
    const sign = cell?.getAttribute("data-sign");
    if (!sign) return;
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
  grid.addEventListener("focusin", ({ target }) => {
    if (target instanceof Element) setText(name, target.getAttribute("aria-label") ?? "");
  });
  picker.addEventListener("keydown", (event) => {
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

  return {
    /**
     * @param {HTMLElement} anchor
     * @param {(sign: string) => void} onChosen
     */
    open(anchor, onChosen) {
      chosen = onChosen;
      field.value = "";
      picker.showPopover();
      show();
      positionPopover(picker, anchor);
      if (!touch) field.focus({ preventScroll: true });
    },
  };
}
