/**
 * Puts rows into the document with the fewest changes. Rows are matched by key, so that what is
 * being read, selected or focused stays the same element. DOM, no network.
 */

/** @typedef {{row: Chat.Row, node: HTMLElement}} Shown */

/**
 * @param {HTMLElement} container
 * @param {(row: Chat.Row) => HTMLElement} draw
 * @param {(row: Chat.Row) => HTMLElement} placeholder makes the element for a row that cannot be
 *   drawn
 */
export function createTimeline(container, draw, placeholder) {
  /** @param {Chat.Row} row */
  function build(row) {
    try {
      return draw(row);
    } catch (error) {
      // One row that cannot be drawn must not take the others with it.
      console.error(error);
      return placeholder(row);
    }
  }

  /** @type {Map<string, Shown>} */
  let shown = new Map();

  return {
    /**
     * @param {readonly Chat.Row[]} rows
     * @returns {HTMLElement[]} the elements of the new rows after all that were shown before; none
     *   when nothing was
     */
    render(rows) {
      const keys = new Set(rows.map((row) => row.key));
      for (const [key, { node }] of shown) if (!keys.has(key)) node.remove();

      /** @type {Map<string, Shown>} */
      const next = new Map();
      const entries = rows.map((row) => entryFor(row, shown.get(row.key), build));
      let place = container.firstElementChild;
      const known = entries.findLastIndex(({ row }) => shown.has(row.key));
      for (const entry of entries) {
        next.set(entry.row.key, entry);
        if (entry.node === place) place = place.nextElementSibling;
        else container.insertBefore(entry.node, place);
      }
      shown = next;
      return known < 0 ? [] : entries.slice(known + 1).map(({ node }) => node);
    },

    /**
     * Returns the row of a message; for a join or leave that may be a fold.
     * @param {number} seq
     * @returns {HTMLElement | null}
     */
    find(seq) {
      /** @type {NodeListOf<HTMLElement>} */
      const nodes = container.querySelectorAll(":scope > [data-seq]");
      return [...nodes].findLast(({ dataset }) => Number(dataset.seq) <= seq) ?? null;
    },
  };
}

/**
 * @param {Chat.Row} row
 * @param {Shown | undefined} held
 * @param {(row: Chat.Row) => HTMLElement} build
 * @returns {Shown}
 */
function entryFor(row, held, build) {
  if (held === undefined) return { row, node: build(row) };
  if (isSame(held.row, row)) return held;
  return { row, node: changed(held.node, build(row)) };
}

/**
 * Returns true if two rows look the same. Rows are flat, so their fields can be compared one by
 * one.
 * @param {Record<string, unknown>} a
 * @param {Record<string, unknown>} b
 */
function isSame(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/**
 * Makes an element look like another; returns it, or the other one where the tags differ.
 * @param {HTMLElement} node
 * @param {HTMLElement} model
 */
function changed(node, model) {
  if (node.tagName !== model.tagName) {
    node.replaceWith(model);
    return model;
  }
  for (const name of node.getAttributeNames()) {
    // What the reader opened stays open.
    if (!model.hasAttribute(name) && name !== "open") node.removeAttribute(name);
  }
  for (const name of model.getAttributeNames()) {
    node.setAttribute(name, model.getAttribute(name) ?? "");
  }
  // The message tools that are on a row stay there, perhaps with the focus in them.
  const lent = node.querySelector(":scope > [data-lent]");
  for (const child of [...node.childNodes]) if (child !== lent) child.remove();
  node.prepend(...model.childNodes);
  return node;
}
