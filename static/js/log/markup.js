/**
 * Turns a message's HTML into nodes. The server sanitised it before storing it. All the same, only
 * new elements of the kinds known here, with the attributes known here, get into the page. The HTML
 * is parsed in a document of its own, which runs and loads nothing; the page is never given it as a
 * string.
 */

import { element } from "../lib/dom.js";
import { codeBlock } from "./code-block.js";

/** Elements without attributes. */
const PLAIN = new Set(["p", "br", "strong", "em", "s", "blockquote", "ul", "ol"]);

/**
 * Where an address may be broken to go on in the next line: after a sign that parts it, but not after the
 * "//" behind its scheme, nor before its last letter.
 */
const PART = /(?<=[^:/][/?&=#-]+)(?![/?&=#-]|.?$)/u;

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/**
 * @param {string} html
 * @param {Chat.Reader} reader
 * @returns {(Node | string)[]}
 */
export function fromHtml(html, reader) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return copyChildren(body, reader);
}

/**
 * @param {Element} parent
 * @param {Chat.Reader} reader
 * @returns {(Node | string)[]}
 */
export function copyChildren(parent, reader) {
  return [...parent.childNodes].flatMap((node) => {
    if (node instanceof Text) return [node.data];
    return node instanceof Element ? copyElement(node, reader) : [];
  });
}

/**
 * @param {Element} original
 * @param {Chat.Reader} reader
 * @returns {(Node | string)[]} the children alone, if the element is of no known kind
 */
function copyElement(original, reader) {
  const tag = original.localName;
  if (tag === "pre") return [block(original, reader)];
  const children = copyChildren(original, reader);
  if (PLAIN.has(tag)) return [element(/** @type {"p"} */ (tag), {}, ...children)];
  switch (tag) {
    case "code":
      return [element("code", {}, ...children)];
    case "li":
      return [element("li", { value: number(original.getAttribute("value")) }, ...children)];
    case "span":
      return [mention(original, children, reader)];
    case "a":
      return [link(original, children)];
  }
  return children;
}

/**
 * @param {Element} original
 * @param {Chat.Reader} reader
 */
function block(original, { sprite }) {
  const language = original.querySelector("code")?.className.match(/^language-([\w+#.-]+)$/)?.[1];
  return codeBlock(original.textContent ?? "", language ?? "", sprite);
}

/** @param {string | null} value */
function number(value) {
  return value !== null && /^\d{1,9}$/.test(value) ? value : null;
}

/**
 * @param {Element} original
 * @param {(Node | string)[]} children
 * @param {Chat.Reader} reader
 */
function mention(original, children, { myId }) {
  const user = original.getAttribute("data-user") ?? "";
  return element(
    user !== "" && user === myId ? "mark" : "span",
    { class: "mention", "data-user": user, dir: "auto" },
    ...children,
  );
}

/**
 * @param {Element} original
 * @param {(Node | string)[]} children
 */
function link(original, children) {
  const href = original.getAttribute("href") ?? "";
  if (!URL.canParse(href) || !SCHEMES.has(new URL(href).protocol)) {
    return element("span", {}, ...children);
  }
  const isBare = original.getAttribute("dir") === "ltr";
  const node = element(
    "a",
    {
      href,
      title: isBare ? null : href,
      target: "_blank",
      rel: "noopener noreferrer nofollow",
      dir: isBare ? "ltr" : "auto",
    },
    ...children,
  );
  if (isBare) breakAtParts(node);
  return node;
}

/**
 * Has an address that is too long for a line go on in the next one at one of its parts, and not within a
 * word. What is copied of it stays the same.
 * @param {Element} link whose text is the address, with or without marks in it
 */
export function breakAtParts(link) {
  const walker = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    const [first, ...others] = partsOf(text.data);
    text.replaceWith(first, ...others.flatMap((part) => [element("wbr"), part]));
  }
}

/**
 * Returns the parts of an address, each with the sign at its end.
 * @param {string} address
 */
export const partsOf = (address) => address.split(PART);
