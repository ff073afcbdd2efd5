/**
 * Finishes rows that the server wrote, of the history's pages and of searches: the pictures of
 * people, and the folding of long texts. Without it all of every text is shown. DOM, no network.
 */

import { writeFileName } from "../lib/file-name.js";
import { sizeOf } from "../lib/size.js";
import { breakAtParts } from "./markup.js";
import { laidOut } from "./message-files.js";
import { createFolding } from "./message-text.js";

/** What was found is shown with a few lines around it. */
const HIT_LINES = { most: 8, shown: 6 };

/** The mark of a hit is shown below this number of lines of its text. */
const LINES_BEFORE = 2;

/**
 * Lays out the pictures of each message and says the sizes of other files, as the room does. Pictures of
 * which the names are shown, since they were found by them, stay as they are.
 * @param {ParentNode} page
 */
export function drawFiles(page) {
  for (const files of page.querySelectorAll(".files:not(:has(> .file__size))")) {
    /** @type {NodeListOf<HTMLElement>} */
    const shots = files.querySelectorAll(":scope > .shot");
    const boxes = [...shots];
    const sizes = boxes.map((box) => {
      const picture = box.querySelector("img");
      return {
        width: Number(picture?.getAttribute("width")) || 1,
        height: Number(picture?.getAttribute("height")) || 1,
      };
    });
    if (boxes.length > 0) files.prepend(laidOut(boxes, sizes));
  }
  /** @type {NodeListOf<HTMLElement>} */
  const names = page.querySelectorAll(".file__name:not(:has(mark), .file-name)");
  for (const name of names) writeFileName(name, name.textContent ?? "");
  /** @type {NodeListOf<HTMLElement>} */
  const told = page.querySelectorAll("[data-bytes]");
  for (const size of told) size.textContent = sizeOf(Number(size.dataset.bytes));
}

/**
 * Folds the long texts of a list, as the room does.
 * @param {HTMLElement} list
 * @param {{most: number, shown: number}} [lines]
 */
export function foldTexts(list, lines) {
  /** @type {NodeListOf<HTMLElement>} */
  const texts = list.querySelectorAll(".message__text");
  for (const text of texts) {
    // A message that a link leads to is shown whole.
    if (!text.closest(":target")) text.dataset.fold = "unknown";
  }
  createFolding(list, (change) => change(), lines).settle();
}

/**
 * Folds the hits of a search, each around the first word that was found in it.
 * @param {HTMLElement} list
 */
export function foldHits(list) {
  for (const link of list.querySelectorAll(".message__text a[dir=ltr]")) breakAtParts(link);
  foldTexts(list, HIT_LINES);
  showMarks();
  leadFromText(list);
  list.addEventListener("click", showMarks);

  function showMarks() {
    /** @type {NodeListOf<HTMLElement>} */
    const texts = list.querySelectorAll(".message__text[data-fold]");
    for (const text of texts) {
      if (text.dataset.fold === "shut") scrollToMark(text);
      delete text.dataset.cut;
      if (text.scrollTop > 0) text.dataset.cut = "";
    }
  }
}

/**
 * Has the texts of hits, or of one's own messages, lead where their links lead, which lie under the text
 * from now on: it can be selected.
 * @param {HTMLElement} list
 */
export function leadFromText(list) {
  list.classList.add("hits--live");
  list.addEventListener("click", ({ target, ctrlKey, metaKey, shiftKey }) => {
    const text = target instanceof Element ? target.closest(".message__text") : null;
    if (text === null || !(target instanceof Element) || target.closest("a, summary")) return;
    const link = text.closest(".line")?.querySelector(".hit__link");
    if (!link || getSelection()?.isCollapsed === false) return;
    const how = { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey };
    link.dispatchEvent(new MouseEvent("click", how));
  });
}

/** @param {HTMLElement} text */
function scrollToMark(text) {
  const mark = text.querySelector("mark");
  if (mark === null) return;
  const line = Number.parseFloat(getComputedStyle(text).lineHeight);
  const { bottom, top } = mark.getBoundingClientRect();
  const box = text.getBoundingClientRect();
  if (bottom > box.top + (HIT_LINES.shown - LINES_BEFORE) * line) {
    text.scrollTop += top - box.top - LINES_BEFORE * line;
  }
}
