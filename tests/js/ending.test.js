import assert from "node:assert/strict";
import { test } from "node:test";

import { sentence } from "../../static/js/room/ending.js";

process.env.TZ = "UTC";

const times = {
  clock: (/** @type {string | number} */ at) => new Date(at).toISOString().slice(11, 16),
  full: (/** @type {string | number} */ at) => new Date(at).toISOString().slice(0, 16),
};
const now = Date.UTC(2026, 10, 22, 12);
const end = "2026-11-22T12:45:00.000Z";
const door = "2026-11-22T12:10:00.000Z";

/** @type {[string, Parameters<typeof sentence>[0], string][]} */
const rows = [
  ["nothing is planned", {}, ""],
  ["it closes today", { ends_at: end }, "This room ends at 12:45."],
  [
    "it closes another day",
    { ends_at: "2026-11-23T12:45:00.000Z" },
    "This room ends at 2026-11-23T12:45.",
  ],
  ["the door closes", { door_closes_at: door }, "Nobody new can join after 12:10."],
  [
    "both",
    { ends_at: end, door_closes_at: door },
    "This room ends at 12:45. Nobody new can join after 12:10.",
  ],
  [
    "it was ended, whatever else was planned",
    { ends_at: end, door_closes_at: door, ended_at: door },
    "This room has ended: nothing more can be said. It closes at 12:45.",
  ],
];

for (const [when, room, text] of rows) {
  test(`the line of a room's end: ${when}`, () => assert.equal(sentence(room, times, now), text));
}
