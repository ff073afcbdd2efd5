/** Makes elements. Texts are inserted as text nodes; markup cannot be inserted. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | null | undefined>} [attributes] `true` is an empty
 *   attribute; false, null and undefined leave it out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name of a symbol in the sprite
 * @param {string} sprite address of the sprite
 */
export function icon(name, sprite) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Returns a square SVG of one path.
 * @param {string} path
 * @param {number} size in the SVG's own units
 * @param {string} label
 */
export function drawing(path, size, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** The style sheets that were asked for, by address. @type {Map<string, Promise<unknown>>} */
const styles = new Map();

/**
 * Loads a style sheet that the page does without until something is opened; resolves once it is
 * there. A sheet that could not be loaded is tried again with the next call.
 * @param {string} href
 * @returns {Promise<unknown>}
 */
export function loadStyle(href) {
  const known = styles.get(href);
  if (known) return known;
  const link = element("link", { rel: "stylesheet", href });
  const loaded = new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => {
      link.remove();
      styles.delete(href);
      reject(new Error(`no ${href}`));
    });
  });
  styles.set(href, loaded);
  document.head.append(link);
  return loaded;
}

/**
 * Opens a dialog over the page. It may be open already: what it needs was being loaded when it was
 * asked for twice.
 * @param {HTMLDialogElement} dialog
 */
export function openModal(dialog) {
  if (!dialog.open) dialog.showModal();
}

/** Opens a popover that may be open already, for the same reason. @param {HTMLElement} popover */
export function openPopover(popover) {
  if (!popover.matches(":popover-open")) popover.showPopover();
}

/**
 * Returns the element that the template promises; throws if it is missing.
 * @template {Element} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(root, selector, kind) {
  const node = root.querySelector(selector);
  if (!(node instanceof kind)) throw new Error(`the page has no ${selector}`);
  return node;
}

/**
 * Sets a text only when it differs: any change makes live regions speak and loses a selection.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Returns a sentence with its isolated names as `bdi` elements, so that copying and searching find
 * what is seen.
 * @param {string} text
 * @returns {(HTMLElement | string)[]}
 */
export function isolated(text) {
  return text
    .split(/(\u2068.*?\u2069)/)
    .map((piece) => (piece.startsWith("\u2068") ? element("bdi", {}, piece.slice(1, -1)) : piece));
}
