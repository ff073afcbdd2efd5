import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { failureOf } from "../../static/js/room/sheet-parts.js";

describe("a sheet that is answered with another page", () => {
  const room = "https://chat.example.org/rooms/K7XM/";
  const search = "https://chat.example.org/history/rooms/r_1/search/?q=ferry";
  /** @type {[string, {url: string, status: number}, string, string][]} */
  const rows = [
    ["stays while the site is too busy", { url: search, status: 503 }, " Too busy ", "Too busy."],
    ["stays after too many requests", { url: search, status: 429 }, "Too fast", "Too fast."],
    [
      "stays when a proxy reaches nobody",
      { url: search, status: 502 },
      "",
      "Something went wrong. Please try again.",
    ],
    [
      "stays when a form of the settings is not understood",
      { url: `${room}manage/settings/`, status: 404 },
      "Not found",
      "Something went wrong. Please try again.",
    ],
    ["closes when the settings are no longer the viewer's", { url: room, status: 200 }, "K7XM", ""],
    [
      "closes when nobody is signed in any more",
      { url: "https://chat.example.org/account/login/?next=/rooms/K7XM/manage/", status: 200 },
      "Sign in",
      "",
    ],
  ];
  for (const [what, answer, heading, said] of rows) {
    test(what, () => assert.equal(failureOf(answer, heading), said));
  }
});
