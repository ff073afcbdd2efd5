// On the offline page: back to the page that was wanted as soon as it can be had. The browser says when the
// network is back; that the server is, nobody says, so it is asked.

import { delay } from "../net/backoff.js";

/** The browser may be asked for longer than this before it says that nothing answers. Milliseconds. */
const PATIENCE = 10_000;

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

/** Whether the page can be had: an answer below 500 is the site's own. */
async function answers() {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(location.href, { method: "HEAD", cache: "no-store", signal });
    return response.status < 500;
  } catch {
    return false;
  }
}

addEventListener("online", () => location.reload());
document.addEventListener("visibilitychange", ask);
document.querySelector("[data-retry]")?.addEventListener("click", () => location.reload());
timer = setTimeout(ask, delay(attempt, Math.random));
