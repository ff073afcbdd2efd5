/**
 * What a search in the room has beside its page: the arrow keys move from hit to hit, and the words
 * that were found are marked in the log too, once their message is reached. Loaded with the first
 * search.
 */

import { shutDropdowns } from "../lib/dropdowns.js";
import { foldHits } from "../log/written-rows.js";

/** The name of the highlight in css/room/search.css. */
const HIGHLIGHT = "found";

/**
 * Draws the hits of a page that the server wrote.
 * @param {HTMLElement} body of the sheet
 */
export function drawHits(body) {
  const list = body.querySelector(".hits");
  if (!(list instanceof HTMLElement)) return;
  foldHits(list);
}

/**
 * @param {HTMLElement} dialog shows the hits as links with `data-seq`
 * @param {HTMLElement} rows of the log; the row that a jump leads to gets the focus
 */
export function followHits(dialog, rows) {
  shutDropdowns(document);
  let wanted = "";
  /** @type {readonly string[]} */
  let words = [];

  const hits = () => [...dialog.querySelectorAll("a[data-seq]")];

  /** @param {Element} hit */
  function chosen(hit) {
    wanted = hit.getAttribute("data-seq") ?? "";
    const marks = hit.closest(".hit")?.querySelectorAll("mark") ?? [];
    words = [...marks].map(({ textContent }) => textContent ?? "");
    for (const other of hits()) other.removeAttribute("aria-current");
    hit.setAttribute("aria-current", "true");
  }

  dialog.addEventListener(
    "click",
    ({ target }) => {
      const hit = target instanceof Element ? target.closest("a[data-seq]") : null;
      if (hit) chosen(hit);
    },
    // Before the sheet acts on it: the message may be reached at once.
    { capture: true },
  );

  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { target } = event;
    const all = hits();
    const at = target instanceof Element ? all.indexOf(target) : -1;
    const isField = target instanceof HTMLInputElement && target.type === "search";
    if (step === undefined || (at < 0 && !(isField && step > 0))) return;
    event.preventDefault();
    const next = isField ? (all.find((hit) => hit.hasAttribute("aria-current")) ?? all[0]) : null;
    const field = dialog.querySelector("input[type=search]");
    const to = next ?? (at + step < 0 ? field : all[Math.min(at + step, all.length - 1)]);
    if (to instanceof HTMLElement) to.focus();
  });

  rows.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLElement) || target.dataset.seq !== wanted) return;
    wanted = "";
    highlight(target.querySelector(".message__text"), words);
  });
}

/**
 * Marks words in a message without changing its elements. A browser without highlights marks none;
 * the message is outlined all the same.
 * @param {Element | null} text
 * @param {readonly string[]} words
 */
function highlight(text, words) {
  if (text === null || !globalThis.CSS?.highlights) return;
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const ranges = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const { start, end } of places(node.nodeValue ?? "", words)) {
      const range = new Range();
      range.setStart(node, start);
      range.setEnd(node, end);
      ranges.push(range);
    }
  }
  CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
}

/**
 * Returns where words stand in a text, in whatever case.
 * @param {string} text
 * @param {readonly string[]} words
 * @returns {{start: number, end: number}[]}
 */
export function places(text, words) {
  const lower = text.toLowerCase();
  // A letter that gets longer in lower case, as İ does, would move what stands behind it.
  const within = lower.length === text.length ? lower : text;
  const found = [];
  for (const word of new Set(words.map((one) => one.toLowerCase()))) {
    if (word === "") continue;
    let start = within.indexOf(word);
    for (; start >= 0; start = within.indexOf(word, start + word.length)) {
      found.push({ start, end: start + word.length });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
