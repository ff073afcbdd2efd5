import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { rows } from "../../static/js/log/rows.js";
import { crowd, message } from "./helpers.js";

process.env.TZ = "Europe/Berlin";

const times = {
  clock: (/** @type {string | number} */ at) => new Date(at).toISOString().slice(11, 16),
  day: (/** @type {string | number} */ at) => new Date(at).toISOString().slice(0, 10),
};

/**
 * @param {Chat.Message[]} messages
 * @param {Partial<import("../../static/js/log/rows.js").Context>} [context]
 * @param {Chat.Pending[]} [pending]
 */
function rowsOf(messages, context = {}, pending = []) {
  return rows(messages, pending, {
    me: "me",
    names: new Map(),
    members: new Map(),
    unreadAt: null,
    target: null,
    quote: () => undefined,
    hidden: new Set(),
    opened: new Set(),
    now: Date.UTC(2026, 10, 22, 13),
    times,
    ...context,
  });
}

/** Removes the isolates around names, which do not matter here. @param {Chat.Row[]} list */
function texts(list) {
  return list.flatMap((row) =>
    row.type === "fold" ? row.text.replace(/[\u2068\u2069]/g, "") : [],
  );
}

/** @param {Chat.Row[]} list */
function heads(list) {
  return list.flatMap((row) => ("head" in row ? row.head : []));
}

/** @param {number} seq @param {string} by @param {string} [at] */
const join = (seq, by, at) => message(seq, { kind: "join", by, body: "", ...(at && { at }) });
/** @param {number} seq @param {string} by */
const leave = (seq, by) => message(seq, { kind: "leave", by, body: "" });

describe("groups", () => {
  test("hold one author's messages less than five minutes apart", () => {
    const list = rowsOf([
      message(1, { at: "2026-11-22T12:00:00Z" }),
      message(2, { at: "2026-11-22T12:04:59Z" }),
      message(3, { at: "2026-11-22T12:10:00Z" }),
      message(4, { at: "2026-11-22T12:10:01Z", by: "ben" }),
    ]);
    assert.deepEqual(heads(list), [true, false, true, true]);
  });

  test("end at a join, a notice and the unread line", () => {
    assert.deepEqual(heads(rowsOf([message(1), join(2, "ben"), message(3)])), [true, true]);
    const told = message(2, { kind: "notice", body: "locked" });
    assert.deepEqual(heads(rowsOf([message(1), told, message(3)])), [true, true]);
    assert.deepEqual(heads(rowsOf([message(1), message(2)], { unreadAt: 2 })), [true, true]);
  });

  test("continue into pending messages", () => {
    /** @type {Chat.Pending} */
    const item = {
      client_id: "x",
      body: "hi",
      at: Date.UTC(2026, 10, 22, 12, 1),
      state: "waiting",
      reason: "",
      reply_to: null,
      seq: null,
    };
    assert.deepEqual(heads(rowsOf([message(1, { by: "me" })], {}, [item])), [true, false]);
  });
});

describe("days", () => {
  test("begin at midnight in the viewer's zone", () => {
    const list = rowsOf([
      message(1, { at: "2026-11-21T22:59:59Z" }),
      message(2, { at: "2026-11-21T23:00:00Z" }),
    ]);
    assert.deepEqual(
      list.map(({ type }) => type),
      ["day", "message", "day", "message"],
    );
  });
});

describe("joins and leaves", () => {
  test("a single one names the person", () => {
    assert.deepEqual(texts(rowsOf([join(1, "ada")])), ["Ada joined"]);
  });

  test("up to three people are named, more are counted", () => {
    const three = ["ada", "ben", "cleo"].map((name, index) => join(index + 1, name));
    assert.deepEqual(texts(rowsOf(three)), ["Ada, Ben and Cleo joined"]);
    const many = [...three, join(4, "dan"), leave(5, "eve"), leave(6, "fay")];
    assert.deepEqual(texts(rowsOf(many)), ["4 joined, 2 left"]);
  });

  test("a long fold, when opened, lists the latest and counts the rest", () => {
    const [row] = rowsOf(
      Array.from({ length: 300 }, (_, index) => join(index + 1, `p${index}`)),
    ).filter(({ type }) => type === "fold");
    assert.ok(row.type === "fold");
    const lines = row.detail.split("\n");
    assert.equal(lines.length, 201);
    assert.equal(lines[0], "100 earlier");
    assert.match(lines[200], /P299/);
  });

  test("a crowd that is told as one is counted, with those beside it", () => {
    const [, row] = rowsOf([join(1, "ada"), crowd(2, 400, { left: 2 }), leave(401, "ben")]);
    assert.ok(row.type === "fold");
    assert.equal(row.text, "400 joined, 3 left");
    assert.match(row.detail, /399 joined, 2 left, most recently \u2068Zed\u2069/);
    const [, alone] = rowsOf([crowd(2, 400)]);
    assert.ok(alone.type === "fold" && alone.text === "399 joined" && alone.detail !== "");
  });

  test("one person's joins and leaves are told together", () => {
    assert.deepEqual(texts(rowsOf([leave(1, "ada"), join(2, "ada")])), ["Ada left and came back"]);
    assert.deepEqual(texts(rowsOf([join(1, "ada"), leave(2, "ada")])), ["Ada joined and left"]);
  });

  test("people are counted, not joins", () => {
    const list = [join(1, "ada"), leave(2, "ada"), join(3, "ada"), join(4, "ben")];
    assert.deepEqual(texts(rowsOf(list)), ["2 joined, 1 left"]);
  });

  test("do not fold across the unread line or a new day", () => {
    const line = [join(1, "ada"), message(2), join(3, "ben")];
    assert.equal(texts(rowsOf(line, { unreadAt: 2 })).length, 2);
    const night = [join(1, "ada", "2026-11-21T22:59:00Z"), join(2, "ben", "2026-11-21T23:01:00Z")];
    assert.equal(texts(rowsOf(night)).length, 2);
  });
});

describe("rows", () => {
  test("show a person's present name", () => {
    const [, row] = rowsOf([message(1)], { names: new Map([["ada", "Countess"]]) });
    assert.equal(row.type === "message" && row.name, "Countess");
  });

  test("keep their key from pending to sent", () => {
    /** @type {Chat.Pending} */
    const item = {
      client_id: "x",
      body: "hi",
      at: 0,
      state: "sending",
      reason: "",
      reply_to: null,
      seq: null,
    };
    const [, before] = rowsOf([], {}, [item]);
    const [, after] = rowsOf([message(1, { by: "me", client_id: "x" })]);
    assert.equal(before.key, after.key);
  });

  test("do not use another person's client_id as a key", () => {
    const list = rowsOf([
      message(1, { client_id: "x" }),
      message(2, { by: "ben", client_id: "x" }),
    ]);
    assert.equal(new Set(list.map(({ key }) => key)).size, 3);
  });
});

describe("hidden people", () => {
  const hidden = new Set(["eve"]);
  const said = [
    message(1),
    message(2, { by: "eve" }),
    message(3, { by: "eve" }),
    message(4, { by: "ben", reply_to: 2 }),
    message(5, { by: "eve" }),
  ];

  test("have one line for all that they said in a row", () => {
    const list = rowsOf(said, { hidden });
    assert.deepEqual(
      list.flatMap((row) => (row.type === "hidden" ? [[row.seq, row.through, row.count]] : [])),
      [
        [2, 3, 2],
        [5, 5, 1],
      ],
    );
    assert.deepEqual(heads(list), [true, true], "nobody goes on under their heading");
  });

  test("are read where a line was opened", () => {
    const list = rowsOf(said, { hidden, opened: new Set([2, 3]) });
    const read = list.flatMap((row) => (row.type === "message" ? row.message.seq : []));
    assert.deepEqual(read, [1, 2, 3, 4]);
  });

  test("are not quoted", () => {
    const quote = (/** @type {number} */ seq) => said[seq - 1];
    const list = rowsOf(said, { hidden, quote });
    const answer = list.find((row) => row.type === "message" && row.message.seq === 4);
    assert.ok(answer?.type === "message" && answer.quoteHidden);
    assert.ok(!rowsOf(said, { quote }).some((row) => "quoteHidden" in row && row.quoteHidden));
  });

  test("are a line that a link leads to", () => {
    const targets = rowsOf(said, { hidden, target: 3 }).map((row) => "target" in row && row.target);
    assert.deepEqual(targets.filter(Boolean), [true]);
  });
});
