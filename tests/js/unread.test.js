import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { createUnread } from "../../static/js/state/unread.js";
import { message, messages } from "./helpers.js";

/** @param {number | null} readUpTo */
function reader(readUpTo) {
  /** @type {number[]} */
  const read = [];
  /** @type {number[]} */
  const counts = [];
  const unread = createUnread({
    me: "me",
    readUpTo,
    onRead: (seq) => read.push(seq),
    onCount: (count) => counts.push(count),
  });
  return { unread, read, counts };
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

describe("the line", () => {
  test("stands before the first message after what was read", () => {
    const { unread } = reader(3);
    unread.beginVisit(6);
    unread.locate(messages(1, 6), false);
    assert.equal(unread.line, 4);
  });

  test("is not drawn for what is seen coming", () => {
    const { unread } = reader(3);
    unread.beginVisit(3);
    unread.locate(messages(1, 4), false);
    assert.equal(unread.line, null);
  });

  test("is not drawn for joins, leaves and my own words", () => {
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

  test("is found when the page it is on is loaded", () => {
    const { unread } = reader(3);
    unread.beginVisit(100);
    unread.locate(messages(51, 100), true);
    assert.equal(unread.line, null);
    unread.locate(messages(1, 100), false);
    assert.equal(unread.line, 4);
  });

  test("stands still for the visit, and moves with the next", () => {
    const { unread } = reader(3);
    unread.beginVisit(6);
    unread.locate(messages(1, 6), false);
    unread.looking(() => 6);
    mock.timers.tick(1000);
    unread.locate(messages(1, 7), false);
    assert.equal(unread.line, 4);

    unread.endVisit();
    unread.arrived([message(7)]);
    unread.locate(messages(1, 7), false);
    assert.equal(unread.line, 7);
  });

  test("there is none for somebody who never was here", () => {
    const { unread, read } = reader(null);
    unread.beginVisit(50);
    unread.locate(messages(1, 50), false);
    assert.equal(unread.line, null);
    assert.deepEqual(read, [50]);
  });
});

describe("reading", () => {
  test("is looking for a moment, not a glance", () => {
    const { unread, read } = reader(1);
    unread.looking(() => 2);
    mock.timers.tick(999);
    unread.away();
    mock.timers.tick(1000);
    assert.deepEqual(read, []);
    unread.looking(() => 2);
    mock.timers.tick(1000);
    assert.deepEqual(read, [2]);
  });

  test("keeps up with a stream that never pauses", () => {
    const { unread, read } = reader(0);
    let cursor = 0;
    for (let turn = 0; turn < 30; turn += 1) {
      cursor += 1;
      unread.looking(() => cursor);
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

  test("nothing is counted twice", () => {
    const { unread } = reader(1);
    unread.arrived(messages(2, 4));
    unread.arrived(messages(3, 5));
    assert.equal(unread.countAfter(0), 4);
    assert.equal(unread.countAfter(3), 2);
  });
});

describe("what becomes of unread messages", () => {
  test("one that is deleted is not counted any more", () => {
    const { unread, counts } = reader(1);
    unread.arrived(messages(2, 3));
    unread.arrived([message(2, { deleted: true, changed: 4 })]);
    unread.arrived([message(3, { deleted: true, changed: 5 })]);
    assert.deepEqual(counts, [2, 1, 0]);
    assert.equal(unread.countAfter(0), 0);
  });

  test("one that was read stays read, whatever becomes of it", () => {
    const { unread, counts } = reader(3);
    unread.arrived([message(2, { changed: 4, mentions: ["me"] })]);
    assert.deepEqual(counts, []);
  });

  test("an edit may begin to speak to me, and stop", () => {
    /** @type {number[]} */
    const forMe = [];
    const unread = createUnread({
      me: "me",
      readUpTo: 0,
      onRead() {},
      onCount: (_, personal) => forMe.push(personal),
    });
    unread.arrived([message(1)]);
    unread.arrived([message(1, { changed: 2, mentions: ["me"] })]);
    unread.arrived([message(1, { changed: 3 })]);
    assert.deepEqual(forMe, [0, 1, 0]);
  });

  test("what the room was told is not unread, as the list of rooms has it", () => {
    const { unread, counts } = reader(0);
    unread.arrived([message(1, { kind: "notice" }), message(2, { kind: "join" })]);
    assert.deepEqual(counts, []);
  });
});

test("what speaks to me is counted apart", () => {
  /** @type {number[][]} */
  const counts = [];
  const unread = createUnread({
    me: "me",
    readUpTo: 0,
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

describe("a log that was set back", () => {
  test("has nothing read beyond its end, and counts what comes from there on", () => {
    const { unread, counts } = reader(9);
    unread.arrived([message(10)]);
    unread.setBack(4);
    unread.arrived([message(5), message(6)]);
    assert.deepEqual(counts, [1, 0, 2]);
  });

  test("that goes as far as what was read changes nothing", () => {
    const { unread, counts } = reader(3);
    unread.setBack(3);
    assert.deepEqual(counts, []);
  });
});
