import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { isToMe } from "../../static/js/state/messages.js";
import { createUnread } from "../../static/js/state/unread.js";
import { message, messages } from "./helpers.js";

/** @param {Chat.Message} message */
const speaksToMe = (message) => isToMe(message, "me", (seq) => seq === 1);

/** @param {number | null} readUpTo @param {ReadonlySet<string>} [hidden] */
function reader(readUpTo, hidden = new Set()) {
  /** @type {number[]} */
  const read = [];
  /** @type {number[]} */
  const counts = [];
  const unread = createUnread({
    me: "me",
    isToMe: speaksToMe,
    readUpTo,
    hidden: () => hidden,
    onRead: (seq) => read.push(seq),
    onCount: (count) => counts.push(count),
  });
  return { unread, read, counts };
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

describe("the unread line", () => {
  test("stands before the first unread message", () => {
    const { unread } = reader(3);
    unread.beginVisit(6);
    unread.locate(messages(1, 6), false);
    assert.equal(unread.line, 4);
  });

  test("is not drawn for messages that arrive in view", () => {
    const { unread } = reader(3);
    unread.beginVisit(3);
    unread.locate(messages(1, 4), false);
    assert.equal(unread.line, null);
  });

  test("is not drawn for joins, leaves and my own messages", () => {
    const { unread } = reader(1);
    const list = [
      message(1),
      message(2, { kind: "join" }),
      message(3, { by: "me" }),
      message(4, { kind: "leave" }),
    ];
    unread.beginVisit(4);
    unread.locate(list, false);
    assert.equal(unread.line, null);
  });

  test("is placed when the page it is on is loaded", () => {
    const { unread } = reader(3);
    unread.beginVisit(100);
    unread.locate(messages(51, 100), true);
    assert.equal(unread.line, null);
    unread.locate(messages(1, 100), false);
    assert.equal(unread.line, 4);
  });

  test("keeps its place during a visit, and moves with the next", () => {
    const { unread } = reader(3);
    unread.beginVisit(6);
    unread.locate(messages(1, 6), false);
    unread.endVisible(() => 6);
    mock.timers.tick(1000);
    unread.locate(messages(1, 7), false);
    assert.equal(unread.line, 4);

    unread.endVisit();
    unread.arrived([message(7)]);
    unread.locate(messages(1, 7), false);
    assert.equal(unread.line, 7);
  });

  test("is not drawn on a first visit", () => {
    const { unread, read } = reader(null);
    unread.beginVisit(50);
    unread.locate(messages(1, 50), false);
    assert.equal(unread.line, null);
    assert.deepEqual(read, [50]);
  });
});

describe("reading", () => {
  test("takes a moment, not a glance", () => {
    const { unread, read } = reader(1);
    unread.endVisible(() => 2);
    mock.timers.tick(999);
    unread.endHidden();
    mock.timers.tick(1000);
    assert.deepEqual(read, []);
    unread.endVisible(() => 2);
    mock.timers.tick(1000);
    assert.deepEqual(read, [2]);
  });

  test("keeps up with messages that never pause", () => {
    const { unread, read } = reader(0);
    let cursor = 0;
    for (let turn = 0; turn < 30; turn += 1) {
      cursor += 1;
      unread.endVisible(() => cursor);
      mock.timers.tick(100);
    }
    assert.deepEqual(read, [10, 20, 30]);
  });

  test("in another tab clears the count here", () => {
    const { unread, counts, read } = reader(1);
    unread.arrived(messages(2, 4));
    assert.equal(unread.countAfter(0), 3);
    unread.readElsewhere(3);
    assert.equal(unread.countAfter(0), 1);
    assert.deepEqual(counts, [3, 1]);
    assert.deepEqual(read, []);
  });

  test("counts no message twice", () => {
    const { unread } = reader(1);
    unread.arrived(messages(2, 4));
    unread.arrived(messages(3, 5));
    assert.equal(unread.countAfter(0), 4);
    assert.equal(unread.countAfter(3), 2);
  });
});

describe("unread messages that change", () => {
  test("are no longer counted once deleted", () => {
    const { unread, counts } = reader(1);
    unread.arrived(messages(2, 3));
    unread.arrived([message(2, { deleted: true, changed: 4 })]);
    unread.arrived([message(3, { deleted: true, changed: 5 })]);
    assert.deepEqual(counts, [2, 1, 0]);
    assert.equal(unread.countAfter(0), 0);
  });

  test("stay read once they were read", () => {
    const { unread, counts } = reader(3);
    unread.arrived([message(2, { changed: 4, mentions: ["me"] })]);
    assert.deepEqual(counts, []);
  });

  test("may mention me after an edit, and no longer after another", () => {
    /** @type {number[]} */
    const forMe = [];
    const unread = createUnread({
      me: "me",
      isToMe: speaksToMe,
      readUpTo: 0,
      hidden: () => new Set(),
      onRead() {},
      onCount: (_, personal) => forMe.push(personal),
    });
    unread.arrived([message(1)]);
    unread.arrived([message(1, { changed: 2, mentions: ["me"] })]);
    unread.arrived([message(1, { changed: 3 })]);
    assert.deepEqual(forMe, [0, 1, 0]);
  });

  test("are to me if they answer a message of mine", () => {
    const { unread } = reader(1);
    unread.arrived([message(2, { reply_to: 1 }), message(3, { reply_to: 2 })]);
    assert.deepEqual(unread.toMeAfter(0), [2]);
  });

  test("do not include notices, as in the list of rooms", () => {
    const { unread, counts } = reader(0);
    unread.arrived([message(1, { kind: "notice" }), message(2, { kind: "join" })]);
    assert.deepEqual(counts, []);
  });
});

test("mentions of me are counted separately", () => {
  /** @type {number[][]} */
  const counts = [];
  const unread = createUnread({
    me: "me",
    isToMe: speaksToMe,
    readUpTo: 0,
    hidden: () => new Set(),
    onRead() {},
    onCount: (...count) => counts.push(count),
  });
  unread.arrived([message(1), message(2, { mentions: ["me"] })]);
  unread.readElsewhere(2);
  assert.deepEqual(counts, [
    [2, 1],
    [0, 0],
  ]);
});

describe("a log that was restored from a backup", () => {
  test("has its read position at its end, and counts the messages after it", () => {
    const { unread, counts } = reader(9);
    unread.arrived([message(10)]);
    unread.rewind(4);
    unread.arrived([message(5), message(6)]);
    assert.deepEqual(counts, [1, 0, 2]);
  });

  test("changes nothing if it reaches the read position", () => {
    const { unread, counts } = reader(3);
    unread.rewind(3);
    assert.deepEqual(counts, []);
  });
});

describe("what a hidden person says", () => {
  test("is not unread, mentions nobody, and has no line", () => {
    const { unread, counts } = reader(3, new Set(["eve"]));
    unread.beginVisit(9);
    unread.arrived([message(4, { by: "eve", mentions: ["me"] }), message(5)]);
    unread.locate([...messages(1, 3), message(4, { by: "eve" }), message(5)], false);
    assert.deepEqual([counts, unread.toMeAfter(0), unread.line], [[1], [], 5]);
  });

  test("is counted anew when the person is hidden, and when they are shown again", () => {
    const hidden = new Set();
    const { unread, counts } = reader(0, hidden);
    const said = [message(1, { by: "eve" }), message(2)];
    unread.arrived(said);
    hidden.add("eve");
    unread.arrived(said);
    hidden.clear();
    unread.arrived(said);
    assert.deepEqual(counts, [2, 1, 2]);
  });
});
