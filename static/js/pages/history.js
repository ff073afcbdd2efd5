// Own messages and transcripts: what the server wrote is shown as the room shows it, and a link to one
// message finds the page that has it.

import { copies } from "../log/markup.js";
import { framed, messageText } from "../log/message-text.js";

const page = document.querySelector("main");
const { meId = "", sprite = "" } = page?.dataset ?? {};
const reader = { sprite, myId: meId };

for (const body of document.querySelectorAll("[data-body]")) {
  body.replaceWith(messageText({ body: body.textContent ?? "" }, reader));
}
for (const rendered of document.querySelectorAll("[data-rendered]")) {
  rendered.replaceWith(framed(copies(rendered, reader), "rich"));
}

if (page && "transcript" in page.dataset) {
  followFragment();
  addEventListener("hashchange", followFragment);
}

/** `#m58` names a message of the transcript; the server is told of it, since it cannot see it. */
function followFragment() {
  const seq = location.hash.match(/^#m(\d{1,15})$/)?.[1];
  if (!seq || document.getElementById(`m${seq}`)) return;
  const url = new URL(location.href);
  if (url.searchParams.get("at") === seq) return; // there is no such message
  url.search = `?at=${seq}`;
  location.replace(url);
}
