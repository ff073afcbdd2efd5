import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { applyChange, createChanges, createPreview } from "../../static/js/net/changes.js";
import { message } from "./helpers.js";

const me = { id: "me", name: "Me" };

/** @param {readonly Chat.Change[]} [kept] */
function queue(kept = []) {
  /** @type {any[]} */
  const sent = [];
  /** @type {string[]} */
  const reasons = [];
  /** @type {Chat.Change[]} */
  const back = [];
  /** How many frames were sent each time that an answer was overdue. @type {number[]} */
  const overdue = [];
  let refs = 0;
  const changes = createChanges({
    kept,
    send: (frame) => sent.push(frame) > 0,
    newRef: () => {
      refs += 1;
      return `r${refs}`;
    },
    onChange() {},
    onRefused(reason, change) {
      reasons.push(reason);
      back.push(change);
    },
    onWait() {},
    onOverdue: () => overdue.push(sent.length),
  });
  return { changes, sent, reasons, back, overdue };
}

/** @type {Chat.Command} */
const DELETE = { kind: "delete", seq: 3 };

describe("changes of messages", () => {
  test("wait for the connection and are sent again after a loss", () => {
    const { changes, sent } = queue();
    changes.add(DELETE);
    assert.deepEqual(sent, []);
    changes.start();
    changes.stop();
    changes.start();
    changes.stop();
    assert.deepEqual(sent, [
      { type: "delete", seq: 3, ref: "r1" },
      { type: "delete", seq: 3, ref: "r1" },
    ]);
  });

  test("are previewed until the log includes them", () => {
    const { changes } = queue();
    changes.add(DELETE);
    changes.acked({ type: "ack", ref: "r1", changed: 9 }, 8);
    assert.equal(changes.list.length, 1);
    changes.reached(9);
    assert.equal(changes.list.length, 0);
  });

  test("are finished when their event came before the ack", () => {
    const { changes } = queue();
    changes.add(DELETE);
    changes.acked({ type: "ack", ref: "r1", changed: 9 }, 9);
    assert.equal(changes.list.length, 0);
  });

  test("are taken back with the reason when they are refused", () => {
    const { changes, reasons } = queue();
    changes.add(DELETE);
    const error = {
      type: /** @type {const} */ ("error"),
      code: "forbidden",
      message: "Not yours.",
    };
    assert.ok(!changes.refused({ ...error, ref: "another" }));
    assert.ok(changes.refused({ ...error, ref: "r1" }));
    assert.deepEqual(reasons, ["Not yours."]);
    assert.equal(changes.list.length, 0);
  });

  test("edit one message one after another, each after the answer to the last", () => {
    const { changes, sent } = queue();
    const edit = /** @type {const} */ ({ kind: "edit", seq: 3, at: "", of: null });
    changes.add({ ...edit, body: "one" });
    changes.add({ ...edit, body: "two" });
    changes.add({ ...edit, seq: 4, body: "other", of: "2026-11-22T12:00:00.000Z" });
    changes.start();
    assert.deepEqual(sent, [
      { type: "edit", seq: 3, body: "one", ref: "r1", edited_at: null },
      { type: "edit", seq: 4, body: "other", ref: "r3", edited_at: "2026-11-22T12:00:00.000Z" },
    ]);
    changes.acked({ type: "ack", ref: "r1", changed: 9 }, 9);
    changes.stop();
    assert.deepEqual(sent[2], { type: "edit", seq: 3, body: "two", ref: "r2" });
  });

  test("are taken back after a conflict, with the edits that were to follow", () => {
    const { changes, sent, back } = queue();
    const edit = /** @type {const} */ ({ kind: "edit", seq: 3, at: "", of: null });
    changes.start();
    changes.add({ ...edit, body: "one" });
    changes.add({ ...edit, body: "two" });
    changes.refused({ type: "error", ref: "r1", code: "conflict", message: "Changed." });
    changes.stop();
    assert.equal(sent.length, 1);
    assert.deepEqual(changes.list, []);
    assert.deepEqual(
      back.map((change) => "body" in change && change.body),
      ["two"],
    );
  });

  test("that come too early wait as long as the server says, and doubt no connection", (context) => {
    mock.timers.enable({ apis: ["setTimeout"] });
    context.after(() => mock.timers.reset());
    const { changes, sent, overdue } = queue();
    changes.start();
    changes.add(DELETE);
    const error = { type: /** @type {const} */ ("error"), code: "rate_limited", message: "" };
    changes.refused({ ...error, ref: "r1", retry_after: 25 });
    mock.timers.tick(24_999);
    assert.deepEqual([sent.length, overdue], [1, []]);
    mock.timers.tick(1);
    assert.equal(sent.length, 2);
    mock.timers.tick(10_000);
    assert.deepEqual(overdue, [2], "the answer to what was sent again is waited for");
  });

  test("are taken back when the connection is gone for good", () => {
    const { changes, back } = queue();
    changes.add(DELETE);
    changes.abandon();
    assert.deepEqual([changes.list, back.length], [[], 1]);
  });

  test("are kept when the server is too busy for them", () => {
    const { changes, reasons } = queue();
    changes.add(DELETE);
    const busy = {
      type: /** @type {const} */ ("error"),
      code: "unavailable",
      message: "",
      ref: "r1",
    };
    assert.ok(changes.refused({ ...busy, retry_after: 0 }));
    assert.equal(changes.list.length, 1);
    assert.deepEqual(reasons, []);
  });

  test("survive a reload, unless they had happened", () => {
    /** @type {Chat.Change[]} */
    const kept = [
      { ...DELETE, ref: "a", changed: 7 },
      { ...DELETE, seq: 4, ref: "b", changed: null },
    ];
    const { changes, sent } = queue(kept);
    changes.start();
    changes.stop();
    assert.deepEqual(sent, [{ type: "delete", seq: 4, ref: "b" }]);
  });
});

describe("the preview of a message", () => {
  const said = message(3, { reactions: { "👍": ["ada"] }, names: { ada: "Ada" } });

  /** @param {Chat.Command} command */
  const after = (command) => applyChange(said, { ...command, ref: "r", changed: null }, me);

  test("shows my reaction beside the others'", () => {
    const { reactions, names } = after({ kind: "react", seq: 3, emoji: "👍", on: true });
    assert.deepEqual(reactions, { "👍": ["ada", "me"] });
    assert.deepEqual(names, { ada: "Ada", me: "Me" });
  });

  test("drops an emoji with the last person who used it", () => {
    const mine = { ...said, reactions: { "🎉": ["me"] } };
    const change = /** @type {const} */ ({ kind: "react", seq: 3, emoji: "🎉", on: false });
    assert.deepEqual(applyChange(mine, { ...change, ref: "r", changed: null }, me).reactions, {});
  });

  test("is edited or deleted", () => {
    const at = "2026-11-22T12:00:00.000Z";
    const edited = after({ kind: "edit", seq: 3, body: "better", at });
    assert.deepEqual([edited.body, edited.edited_at, edited.html], ["better", at, undefined]);
    assert.ok(after(DELETE).deleted);
  });

  test("is the same object as long as nothing changes", () => {
    const preview = createPreview(me);
    /** @type {Chat.Change[]} */
    const changes = [{ ...DELETE, ref: "r", changed: null }];
    assert.equal(preview(said, changes), preview(said, changes));
    assert.equal(preview(said, []), said);
    assert.equal(preview(message(4), changes).deleted, false);
  });
});
