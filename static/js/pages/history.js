// Own messages, searches and transcripts: draws the messages of a server-made page as the room does,
// shuts what was opened, and finds the page of a transcript that has the message of a link.

import { shutDropdowns } from "../lib/dropdowns.js";
import { avatar } from "../lib/people.js";
import { copyChildren } from "../log/markup.js";
import { messageText, textElement } from "../log/message-text.js";

const page = document.querySelector("main");
const { meId = "", sprite = "" } = page?.dataset ?? {};
const reader = { sprite, myId: meId };

shutDropdowns(document);
for (const place of document.querySelectorAll("[data-avatar]")) {
  const name = place.parentElement?.querySelector(".line__author")?.textContent ?? "";
  place.replaceWith(avatar(name, place.getAttribute("data-avatar") ?? ""));
}

for (const body of document.querySelectorAll("[data-body]")) {
  body.replaceWith(messageText({ body: body.textContent ?? "" }, reader));
}
for (const rendered of document.querySelectorAll("[data-rendered]")) {
  rendered.replaceWith(textElement(copyChildren(rendered, reader), "rich"));
}

if (page && "transcript" in page.dataset) {
  followFragment();
  addEventListener("hashchange", followFragment);
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
