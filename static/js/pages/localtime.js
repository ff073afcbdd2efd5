// Shows the times and days that the server wrote in UTC in the viewer's zone. Without this module
// they stay as they are, with their zone named.

import { showLocalDates } from "../lib/local-dates.js";
import { createTimes, dayKey, localeFor } from "../lib/time.js";

const locale = localeFor(document.documentElement.lang, navigator.languages);
const times = createTimes(
  locale,
  new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle,
);
const now = Date.now();

for (const list of document.querySelectorAll("[data-days]")) separate(list);
for (const time of document.querySelectorAll("time[data-clock]")) {
  const at = /** @type {HTMLTimeElement} */ (time).dateTime;
  time.textContent = times.clock(at);
  time.setAttribute("title", times.full(at));
}
showLocalDates(document, times);
for (const time of document.querySelectorAll("time[data-day]")) {
  time.textContent = times.day(/** @type {HTMLTimeElement} */ (time).dateTime, now);
}
const longDate = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
for (const time of document.querySelectorAll("time[data-date]")) {
  time.textContent = longDate.format(new Date(/** @type {HTMLTimeElement} */ (time).dateTime));
}

/**
 * Puts the day separators of a list where days begin for the viewer.
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
