// Times and days of a page that the server wrote in UTC, in the viewer's zone. Without this module
// they stay as they are, with their zone named.

import { createTimes, dayKey, localeFor } from "./time.js";

const times = createTimes(
  localeFor(document.documentElement.lang, navigator.languages),
  new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle,
);
const now = Date.now();

for (const list of document.querySelectorAll("[data-days]")) separate(list);
for (const time of document.querySelectorAll("time[data-clock]")) {
  const at = /** @type {HTMLTimeElement} */ (time).dateTime;
  time.textContent = times.clock(at);
  time.setAttribute("title", times.full(at));
}
for (const time of document.querySelectorAll("time[data-day]")) {
  time.textContent = times.day(/** @type {HTMLTimeElement} */ (time).dateTime, now);
}
followFragment();
addEventListener("hashchange", followFragment);

/**
 * Put the day separators of a list where days begin for the viewer.
 * @param {Element} list rows, each with a `time[data-clock]` in it, and separators
 */
function separate(list) {
  const separators = list.querySelectorAll(":scope > .day");
  const model = separators[0];
  for (const separator of separators) separator.remove();
  let day = 0;
  for (const row of [...list.children]) {
    const at = row.querySelector("time[data-clock]")?.getAttribute("datetime");
    if (!at || !model || dayKey(at) === day) continue;
    day = dayKey(at);
    const separator = /** @type {Element} */ (model.cloneNode(true));
    const time = separator.querySelector("time");
    if (time) time.dateTime = at;
    if (time) time.textContent = times.day(at, now);
    row.before(separator);
    row.classList.remove("line--continued");
  }
}

/** A link to one message names its place, `#m58`; the page that has it may be another one. */
function followFragment() {
  const seq = location.hash.match(/^#m(\d{1,15})$/)?.[1];
  if (!seq || document.getElementById(`m${seq}`) || !document.querySelector("[data-transcript]")) {
    return;
  }
  const url = new URL(location.href);
  if (url.searchParams.get("at") === seq) return; // there is no such message
  url.search = `?at=${seq}`;
  location.replace(url);
}
