// Shows the times and days that the server wrote in UTC in the viewer's zone. Without this module
// they stay as they are, with their zone named.

import { showLocalDates } from "../lib/local-dates.js";
import { createTimes, dayKey, localeFor } from "../lib/time.js";

const locale = localeFor(document.documentElement.lang, navigator.languages);
const times = createTimes(
  locale,
  new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle,
);
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const now = Date.now();

for (const list of document.querySelectorAll("[data-days]")) separate(list);
for (const time of document.querySelectorAll("time[data-clock]")) {
  const at = /** @type {HTMLTimeElement} */ (time).dateTime;
  time.textContent = times.clock(at);
  time.setAttribute("title", times.full(at));
}
showLocalDates(document, times);
for (const time of document.querySelectorAll("time[data-day]")) {
  const at = /** @type {HTMLTimeElement} */ (time).dateTime;
  const how = time.getAttribute("data-day");
  if (how === "short") time.textContent = brief(at);
  else time.textContent = (how === "within" && within(at)) || times.day(at, now);
}
const longDate = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
for (const time of document.querySelectorAll("time[data-date]")) {
  time.textContent = longDate.format(new Date(/** @type {HTMLTimeElement} */ (time).dateTime));
}

/**
 * Returns a moment as a few characters within a sentence: "2:21 PM" of today, "yesterday", "Nov 23".
 * @param {string} at
 */
function brief(at) {
  if (dayKey(at) === dayKey(now)) return times.clock(at);
  const then = new Date(at);
  const isThisYear = then.getFullYear() === new Date(now).getFullYear();
  const year = isThisYear ? undefined : "numeric";
  const short = new Intl.DateTimeFormat(locale, { year, month: "short", day: "numeric" });
  return within(at) || short.format(then);
}

/**
 * Returns a day as it stands within a sentence, "today" or "yesterday"; "" for others.
 * @param {string} at
 */
function within(at) {
  const days = [0, -1].find((back) => dayKey(at) === dayKey(dayBefore(back)));
  return days === undefined ? "" : relative.format(days, "day");
}

/** @param {number} back days, 0 or less */
function dayBefore(back) {
  const date = new Date(now);
  return date.setDate(date.getDate() + back);
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
