/**
 * The keys of a menu: arrows, Home, End and the first letters of an item move the focus, Tab leaves.
 * See the ARIA Authoring Practices for menus.
 */

/** Letters that follow each other within this time are the beginning of one word. Milliseconds. */
const WORD_PAUSE = 600;

/**
 * @param {HTMLElement} menu a popover; its items are buttons, and a `group` of them stands in a row
 */
export function followMenuKeys(menu) {
  let typed = "";
  let typedAt = 0;

  menu.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const items = [...menu.querySelectorAll("button")];
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (event.key === "Tab") {
      event.preventDefault();
      menu.hidePopover();
      return;
    }
    const next = isLetter(event) ? find(event, items, at) : arrow(event, items, at);
    if (next === null) return;
    // Also when no item begins so: the letter is not the start of a message.
    event.preventDefault();
    items[next]?.focus();
  });

  /** @param {KeyboardEvent} event @param {HTMLElement[]} items @param {number} at */
  function find({ key, timeStamp }, items, at) {
    typed = (timeStamp - typedAt < WORD_PAUSE ? typed : "") + key.toLocaleLowerCase();
    typedAt = timeStamp;
    const labels = items.map((item) => item.textContent ?? "");
    return startingWith(typed, labels, at);
  }

  /** @param {KeyboardEvent} event @param {HTMLElement[]} items @param {number} at */
  function arrow({ key }, items, at) {
    const rows = items.map((item) => item.closest("[role=group]"));
    return step(key, rows, at, getComputedStyle(menu).direction === "rtl");
  }
}

/** @param {KeyboardEvent} event */
function isLetter({ key }) {
  return [...key].length === 1 && key !== " ";
}

/**
 * Returns the index of the item that a key leads to, or null for a key that leads nowhere.
 * @param {string} key
 * @param {readonly unknown[]} rows of each item the row that it stands in; null for one that is a
 *   row by itself
 * @param {number} at index of the focused item; -1 for none
 * @param {boolean} [isLeftward] the menu is written from right to left
 */
export function step(key, rows, at, isLeftward = false) {
  const count = rows.length;
  const after = (/** @type {number} */ index) => (index + count) % count;
  const [forward, back] = isLeftward ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  /** @param {number} direction */
  const leaveRow = (direction) => {
    let index = after(at + direction);
    while (index !== at && rows[index] !== null && rows[index] === rows[at]) {
      index = after(index + direction);
    }
    // Into a row from below: to its first item.
    return rows[index] === null ? index : rows.indexOf(rows[index]);
  };
  switch (key) {
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case forward:
      return after(at + 1);
    case back:
      return after(Math.max(at, 0) - 1);
    case "ArrowDown":
      return at < 0 ? 0 : leaveRow(1);
    case "ArrowUp":
      return at < 0 ? count - 1 : leaveRow(-1);
    default:
      return null;
  }
}

/**
 * Returns the index of the next item that begins with what was typed, and -1 if none does. The same
 * letter again goes on to the next item of that letter.
 * @param {string} typed in lower case
 * @param {readonly string[]} labels
 * @param {number} at index of the focused item; -1 for none
 */
export function startingWith(typed, labels, at) {
  const letters = [...typed];
  const isRepeated = letters.every((letter) => letter === letters[0]);
  const word = isRepeated ? letters[0] : typed;
  const count = labels.length;
  // A word that grows may still mean the item it has found.
  const start = Math.max(at, 0) + (isRepeated && at >= 0 ? 1 : 0);
  const order = labels.map((_, index) => (start + index) % count);
  return order.find((index) => labels[index].trim().toLocaleLowerCase().startsWith(word)) ?? -1;
}
