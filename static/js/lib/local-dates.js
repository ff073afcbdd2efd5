/** Shows the dates of server-made pages in the viewer's zone. */

import { dayKey, localeFor } from "./time.js";

const DAY = 24 * 3600 * 1000;

/**
 * Rewrites each `time[data-moment]` in the viewer's zone, as days are named everywhere; each
 * `time[data-until]`, of today as its time alone; and each `time[data-since]`, as within a sentence:
 * "today, 7:10 AM".
 * @param {ParentNode} root
 * @param {Chat.Times} times
 */
export function showLocalDates(root, times) {
  const now = Date.now();
  const locale = localeFor(document.documentElement.lang, navigator.languages);
  const moment = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    hourCycle: new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle,
  });
  for (const time of root.querySelectorAll("time[data-moment]")) {
    const at = /** @type {HTMLTimeElement} */ (time).dateTime;
    const isNear = dayKey(at) === dayKey(now) || dayKey(at) === dayKey(now - DAY);
    const near = `${times.day(at, now)}, ${times.clock(at)}`;
    time.textContent = isNear ? near : moment.format(new Date(at));
    time.setAttribute("title", times.full(at));
  }
  for (const time of root.querySelectorAll("time[data-until]")) {
    const at = /** @type {HTMLTimeElement} */ (time).dateTime;
    const isToday = dayKey(at) === dayKey(now);
    time.textContent = isToday ? times.clock(at) : moment.format(new Date(at));
  }
  const day = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const time of root.querySelectorAll("time[data-since]")) {
    const at = /** @type {HTMLTimeElement} */ (time).dateTime;
    const ago = [0, 1].find((days) => dayKey(at) === dayKey(now - days * DAY));
    time.textContent =
      ago === undefined
        ? moment.format(new Date(at))
        : `${day.format(-ago, "day")}, ${times.clock(at)}`;
  }
}
