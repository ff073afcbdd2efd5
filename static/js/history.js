// Own messages and transcripts: what the server wrote as plain text is shown as the room shows it, and
// a link to one message finds the page that has it.

import { text } from "./message-row.js";

const page = document.querySelector("main");
const me = page?.dataset.me ?? "";

for (const body of document.querySelectorAll("[data-body]")) {
  body.replaceWith(text(body.textContent ?? "", me));
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
