import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { adviceFor } from "../../static/js/room/bell-advice.js";
import { notificationOf, ringing } from "../../static/js/state/bell.js";
import { createBellStorage, forgetBells } from "../../static/js/state/bell-storage.js";
import { message, seqs, storage } from "./helpers.js";

const hidden = new Set(["eve"]);
const isMine = (/** @type {number} */ seq) => seq === 1;

describe("a bell", () => {
  const talk = [
    message(2),
    message(3, { mentions: ["me"] }),
    message(4, { reply_to: 1 }),
    message(5, { reply_to: 2 }),
    message(6, { by: "me", mentions: ["me"] }),
    message(7, { deleted: true, body: "" }),
    message(8, { kind: "notice", author: null }),
    message(9, { kind: "join" }),
    message(10, { by: "eve", mentions: ["me"] }),
  ];
  /** @type {[import("../../static/js/state/bell.js").Position, number, number[]][]} */
  const rows = [
    ["everything", 0, [2, 3, 4, 5]],
    ["everything", 3, [4, 5]],
    ["to_me", 0, [3, 4]],
    ["to_me", 4, []],
    ["nothing", 0, []],
  ];
  for (const [position, readUpTo, expected] of rows) {
    test(`at "${position}" rings for ${expected} of those after ${readUpTo}`, () => {
      const rung = ringing(talk, { me: "me", readUpTo, position, isMine, hidden });
      assert.deepEqual(seqs(rung), expected);
    });
  }
});

describe("a notification", () => {
  const room = { title: "Ferry", code: "K7XM" };
  const names = new Map([["ben", "Benjamin"]]);
  const textOf = (/** @type {Chat.Message} */ { body }) => body;

  /** @param {Chat.Message[]} messages @param {Partial<Parameters<typeof notificationOf>[1]>} [view] */
  const told = (messages, view = {}) =>
    notificationOf(messages, { room, names, showsText: true, textOf, ...view });

  test("of one message is what was said, in one line", () => {
    const said = told([message(1, { by: "ben", body: "hello\n  you" })]);
    assert.deepEqual(said, { title: "Ferry", body: "Benjamin: hello you" });
  });

  test("of several is how many, and the last", () => {
    assert.equal(told([message(1), message(2)]).body, "2 new messages\nAda: message 2");
  });

  test("of a room without a title has its code", () => {
    assert.equal(told([message(1)], { room: { title: "", code: "K7XM" } }).title, "K7XM");
  });

  test("without text says who wrote", () => {
    const people = ["ada", "ben", "cy", "di"].map((by, seq) => message(seq + 1, { by }));
    const say = (/** @type {Chat.Message[]} */ some) => told(some, { showsText: false }).body;
    assert.equal(say(people.slice(0, 1)), "Ada wrote");
    assert.equal(say(people.slice(0, 2)), "2 new messages\nAda, Benjamin wrote");
    assert.equal(say(people), "4 new messages\nBenjamin, Cy, Di and others wrote");
    assert.equal(say([people[0], people[0]]), "2 new messages\nAda wrote");
  });

  test("shortens a long text by whole characters", () => {
    const { body } = told([message(1, { body: "🎉".repeat(300) })]);
    assert.equal(body, `Ada: ${"🎉".repeat(199)}…`);
  });
});

describe("what a browser keeps for the bell", () => {
  test("is off until it is turned on, and survives anything that is written there", () => {
    const local = storage();
    const bell = createBellStorage("u_me", local);
    assert.deepEqual(bell.settings, { on: false, sound: true, endpoint: "", seenAt: 0 });
    bell.change({ on: true });
    bell.change({ sound: false });
    assert.deepEqual(bell.settings, { on: true, sound: false, endpoint: "", seenAt: 0 });
    for (const text of ["no JSON", "null", "[]", '{"on": "yes", "sound": 1}']) {
      local.setItem("chat:u_me:bell", text);
      assert.equal(bell.settings.on, false);
      assert.equal(bell.settings.sound, true);
    }
  });

  test("has each message told by one tab", () => {
    const local = storage();
    const [one, other] = [createBellStorage("u_me", local), createBellStorage("u_me", local)];
    assert.deepEqual(seqs(one.claim("r1", [message(4), message(5)])), [4, 5]);
    assert.deepEqual(seqs(other.claim("r1", [message(5), message(6)])), [6]);
    assert.deepEqual(seqs(other.claim("r2", [message(5)])), [5]);
  });

  test("has one sound for what comes together", () => {
    const bell = createBellStorage("u_me", storage());
    const sounds = [10_000, 10_500, 12_999, 13_000, 14_000].map(bell.claimSound);
    assert.deepEqual(sounds, [true, false, false, true, false]);
    assert.equal(bell.claimSound(1000), true, "the clock was set back");
  });

  test("is forgotten when somebody signs out", () => {
    const local = storage();
    const bell = createBellStorage("u_me", local);
    bell.change({ on: true });
    bell.claim("r1", [message(4)]);
    local.setItem("chat:u_me:r1:read", "7");
    forgetBells(local);
    assert.deepEqual(Object.keys(local), ["chat:u_me:r1:read"]);
  });
});

describe("people are told what their browser cannot do", () => {
  /** @typedef {import("../../static/js/room/bell-advice.js").Browser} Browser */
  /** @type {Browser} */
  const well = { isSecure: true, isApple: false, isInstalled: false, permission: "granted" };
  const push = { on: true, endpoint: "https://push.example.net/1" };
  /** @type {[string, RegExp, Partial<Browser>, {on: boolean, endpoint: string}][]} */
  const rows = [
    ["on http", /on http/, { isSecure: false, permission: "none" }, push],
    ["on an iPhone", /Add to Home Screen/, { isApple: true, permission: "none" }, push],
    ["where it is blocked", /blocks/, { permission: "denied" }, push],
    ["where there is none", /shows no notifications/, { permission: "none" }, push],
    ["without push", /open in a tab/, {}, { on: true, endpoint: "" }],
    ["from the home screen", /^$/, { isApple: true, isInstalled: true }, push],
    ["where all is well", /^$/, {}, push],
    ["before it is on", /until you turn/, { permission: "default" }, { on: false, endpoint: "" }],
  ];
  for (const [where, text, differs, settings] of rows) {
    test(where, () => assert.match(adviceFor(settings, { ...well, ...differs }), text));
  }
});
