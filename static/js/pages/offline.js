// The offline page: goes back to the page that was wanted as soon as it can be loaded, and shows of a
// room what this tab keeps of it. The browser reports when the network is back; nobody reports when
// the server is, so it is polled.

import { delay } from "../net/backoff.js";
import { showKeptTalk } from "../room/kept-talk.js";

/** A request without an answer is given up after this time. Milliseconds. */
const TIMEOUT = 10_000;

let attempt = 1;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

async function ask() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (await answers()) {
    location.reload();
    return;
  }
  attempt += 1;
  timer = setTimeout(ask, delay(attempt, Math.random));
}

/** Returns true if the page can be loaded: an answer below 500 comes from the site itself. */
async function answers() {
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const response = await fetch(location.href, { method: "HEAD", cache: "no-store", signal });
    return response.status < 500;
  } catch {
    return false;
  }
}

const main = document.querySelector("main");
const sprite = document.querySelector("main use")?.getAttribute("href")?.split("#")[0] ?? "";
if (main !== null) showKeptTalk(main, sprite);
addEventListener("online", () => location.reload());
document.addEventListener("visibilitychange", ask);
document.querySelector("[data-retry]")?.addEventListener("click", () => location.reload());
timer = setTimeout(ask, delay(attempt, Math.random));
