/** Shows the dates of server-made pages in the viewer's zone. */

import { localeFor } from "./time.js";

/**
 * Rewrites each `time[data-moment]` in the viewer's zone.
 * @param {ParentNode} root
 * @param {Chat.Times} times
 */
export function showLocalDates(root, times) {
  const moment = new Intl.DateTimeFormat(
    localeFor(document.documentElement.lang, navigator.languages),
    {
      dateStyle: "medium",
      timeStyle: "short",
      hourCycle: new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions()
        .hourCycle,
    },
  );
  for (const time of root.querySelectorAll("time[data-moment]")) {
    const at = /** @type {HTMLTimeElement} */ (time).dateTime;
    time.textContent = moment.format(new Date(at));
    time.setAttribute("title", times.full(at));
  }
}
