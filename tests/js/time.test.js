import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createTimes, dayKey, localeFor, span, untilMidnight } from "../../static/js/lib/time.js";

process.env.TZ = "Europe/Berlin";
const times = createTimes("en-GB", "h23");
const HOUR = 3_600_000;

describe("days", () => {
  const now = Date.parse("2026-11-22T00:30:00+01:00");

  test("are today and yesterday by the calendar, not by the hour", () => {
    assert.equal(times.day("2026-11-21T23:00:00Z", now), "Today");
    assert.equal(times.day("2026-11-21T22:59:59Z", now), "Yesterday");
    assert.equal(times.day("2026-11-20T23:00:00Z", now), "Yesterday");
  });

  test("show a date when they are further off, with the year if it is another", () => {
    assert.match(times.day("2026-11-20T12:00:00Z", now), /^Friday,? 20 November$/);
    assert.match(times.day("2025-11-22T12:00:00Z", now), /^Saturday,? 22 November 2025$/);
  });

  test("follow the viewer's zone", () => {
    process.env.TZ = "Asia/Tokyo";
    assert.equal(dayKey("2026-11-21T15:00:00Z"), 20261122);
    process.env.TZ = "Europe/Berlin";
    assert.equal(dayKey("2026-11-21T15:00:00Z"), 20261121);
  });
});

describe("midnight", () => {
  test("is as far off as the clock says", () => {
    assert.equal(untilMidnight(Date.parse("2026-11-22T22:30:00+01:00")), 1.5 * HOUR);
  });

  test("is 25 hours off on the day the clock goes back", () => {
    assert.equal(untilMidnight(Date.parse("2026-10-25T00:00:00+02:00")), 25 * HOUR);
  });
});

test("moments are shown in the viewer's zone", () => {
  assert.equal(times.clock("2026-11-22T13:02:00Z"), "14:02");
  assert.equal(times.clock("2026-11-22T08:02:00Z"), "09:02");
  assert.match(times.full("2026-11-22T13:02:05Z"), /^Sunday,? 22 November 2026 at 14:02:05$/);
});

test("a 12-hour clock has no leading zero", () => {
  const american = createTimes("en-US", "h12");
  assert.equal(american.clock("2026-11-22T08:02:00Z").replace(/\s/, " "), "9:02 AM");
});

test("the viewer's variety of the page's language is used, and no other language", () => {
  assert.equal(localeFor("en", ["de-DE", "en-GB", "en"]), "en-GB");
  assert.equal(localeFor("en", ["de-DE"]), "en");
});

test("spans are shown in the unit that fits", () => {
  const told = [
    [30, "30 seconds"],
    [60, "1 minute"],
    [1800, "30 minutes"],
    [3600, "1 hour"],
    [5400, "2 hours"],
    [86400, "24 hours"],
    [7 * 86400, "7 days"],
  ];
  for (const [seconds, text] of told) assert.equal(span(Number(seconds)), text);
});
