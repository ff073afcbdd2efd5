import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionsElsewhere } from "../../static/js/room/badge.js";
import { counted, summary } from "../../static/js/room/other-rooms.js";

/** @param {Partial<Chat.OtherRoom>} room */
const room = (room) => ({
  id: "r_1",
  code: "K7QX",
  title: "",
  unread: 0,
  mentions: 0,
  silent: false,
  ...room,
});

/** @type {[string, Partial<Chat.OtherRoom>[], string, number][]} */
const CASES = [
  ["nothing is unread", [{}], "", 0],
  ["there is talk", [{}, { unread: 3 }], "•", 0],
  [
    "somebody is spoken to",
    [
      { unread: 3, mentions: 2 },
      { unread: 1, mentions: 1 },
    ],
    "@3",
    3,
  ],
  ["a room is silent", [{ unread: 3, mentions: 2, silent: true }], "", 0],
  ["a room beside a silent one is not", [{ mentions: 2, silent: true }, { unread: 1 }], "•", 0],
  ["very much is unread", [{ unread: 100, mentions: 100 }], "@99+", 100],
];

for (const [what, rooms, shown, inTitle] of CASES) {
  test(`the panel's button and the title when ${what}`, () => {
    assert.equal(summary(rooms.map(room)), shown);
    assert.equal(mentionsElsewhere(rooms.map(room)), inTitle);
  });
}

test("a hundred is more than is counted", () => {
  assert.deepEqual([1, 99, 100].map(counted), ["1", "99", "99+"]);
});
