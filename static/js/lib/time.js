/** Formats moments and spans for the viewer, in the viewer's zone. Pure but for the zone itself. */

import { fill, gettext, ngettext } from "./i18n.js";

/**
 * Returns the viewer's own variety of the page's language (en-GB rather than en), so that words and
 * dates agree. Hours are counted as the viewer's system counts them, whatever the language.
 * @param {string} pageLanguage
 * @param {readonly string[]} preferred
 */
export function localeFor(pageLanguage, preferred) {
  const language = pageLanguage.split("-")[0];
  return preferred.find((tag) => tag.split("-")[0] === language) ?? pageLanguage;
}

/**
 * @param {string} locale
 * @param {"h11" | "h12" | "h23" | "h24" | undefined} [hourCycle]
 * @returns {Chat.Times}
 */
export function createTimes(locale, hourCycle) {
  /** @param {Intl.DateTimeFormatOptions} options */
  const format = (options) => new Intl.DateTimeFormat(locale, { hourCycle, ...options });
  const isHalved = /^h1/.test(format({ hour: "numeric" }).resolvedOptions().hourCycle ?? "");
  // "3:05 PM" but "03:05": only the 24-hour clock has a leading zero.
  const clock = format({ hour: isHalved ? "numeric" : "2-digit", minute: "2-digit" });
  const full = format({ dateStyle: "full", timeStyle: "medium" });
  const thisYear = format({ weekday: "long", day: "numeric", month: "long" });
  const otherYear = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

  return {
    clock: (at) => clock.format(new Date(at)),
    full: (at) => full.format(new Date(at)),
    day: (at, now) => {
      const then = new Date(at);
      const today = new Date(now);
      if (dayKey(at) === dayKey(now)) return gettext("Today");
      const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
      if (dayKey(at) === dayKey(yesterday.getTime())) return gettext("Yesterday");
      return (then.getFullYear() === today.getFullYear() ? thisYear : otherYear).format(then);
    },
  };
}

/**
 * Returns the same number for all moments of a day in the viewer's zone: 20261122.
 * @param {string | number} at
 */
export function dayKey(at) {
  const date = new Date(at);
  return (date.getFullYear() * 100 + date.getMonth() + 1) * 100 + date.getDate();
}

/**
 * Returns the milliseconds to the next local midnight, which is not always 24 h after the last.
 * @param {number} now
 */
export function untilMidnight(now) {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - now;
}

/**
 * Returns a span in the largest unit that is exact enough: "45 minutes", "1 hour", "3 days".
 * @param {number} seconds
 */
export function span(seconds) {
  if (seconds < 60) return fill(ngettext("%(n)s second", "%(n)s seconds", seconds), { n: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90 && minutes !== 60) {
    return fill(ngettext("%(n)s minute", "%(n)s minutes", minutes), { n: minutes });
  }
  const hours = Math.round(minutes / 60);
  if (hours < 48) return fill(ngettext("%(n)s hour", "%(n)s hours", hours), { n: hours });
  const days = Math.round(hours / 24);
  return fill(ngettext("%(n)s day", "%(n)s days", days), { n: days });
}
