// Own messages, searches and transcripts: draws the messages of a server-made page as the room does,
// shuts what was opened, and finds the page of a transcript that has the message of a link.

import { shutDropdowns } from "../lib/dropdowns.js";
import { drawAvatars } from "../lib/people.js";
import { copyChildren } from "../log/markup.js";
import { messageText, textElement } from "../log/message-text.js";
import { drawFiles, foldHits, foldTexts, leadFromText } from "../log/written-rows.js";

const page = document.querySelector("main");
const { meId = "", sprite = "" } = page?.dataset ?? {};
const reader = { sprite, myId: meId };

shutDropdowns(document);
clearAtHand();
drawAvatars(document);
drawFiles(document);
for (const body of document.querySelectorAll("[data-body]")) {
  body.replaceWith(messageText({ body: body.textContent ?? "" }, reader));
}
for (const rendered of document.querySelectorAll("[data-rendered]")) {
  rendered.replaceWith(textElement(copyChildren(rendered, reader), "rich"));
}

/** @type {NodeListOf<HTMLElement>} */
const lists = document.querySelectorAll(".log, .hits");
for (const list of lists) {
  if (list.matches(".hits")) foldHits(list);
  else foldTexts(list);
  if (list.querySelector(".line--own")) leadFromText(list);
}
// Above it texts were folded.
document.querySelector(":target")?.scrollIntoView();

if (page && "transcript" in page.dataset) {
  followFragment();
  addEventListener("hashchange", followFragment);
}

/** Has the sign in the field of a search empty it: what was found stays until the next search. */
function clearAtHand() {
  const field = document.querySelector("input[type=search]");
  document.querySelector("[data-clear]")?.addEventListener("click", (event) => {
    if (!(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    field.value = "";
    field.focus();
  });
}

/**
 * Follows `#m58`, the link to a message of the transcript. The server cannot see it, so it is told
 * by `?at=58`.
 */
function followFragment() {
  const seq = location.hash.match(/^#m(\d{1,15})$/)?.[1];
  if (!seq || document.getElementById(`m${seq}`)) return;
  const url = new URL(location.href);
  if (url.searchParams.get("at") === seq) return; // there is no such message
  url.search = `?at=${seq}`;
  location.replace(url);
}
