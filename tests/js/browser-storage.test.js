import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createBrowserStorage, takeSnapshot } from "../../static/js/state/browser-storage.js";
import { message, storage } from "./helpers.js";

/** Returns the browser storage of a page that finds these in its tab. @param {{snapshot?: string, changes?: string}} kept */
function reading({ snapshot = "null", changes = "null" }) {
  const session = storage();
  session.setItem("chat:u:r:snapshot", snapshot);
  session.setItem("chat:u:r:changes", changes);
  return createBrowserStorage("u", "r", { local: storage(), session });
}

const SNAPSHOT = {
  room: { id: "r", code: "K7XM", title: "", grace: 3600 },
  cursor: 3,
  older: true,
  messages: [message(1), message(2, { kind: "join", author: null })],
  members: [{ id: "u", name: "Ada", role: "owner" }],
};

describe("a snapshot", () => {
  test("is found by the room's code alone, or else deleted", () => {
    const session = Object.assign(storage(), { "chat:u:r:snapshot": "", "chat:u:r:draft": "" });
    session.setItem("chat:u:r:snapshot", JSON.stringify(SNAPSHOT));
    assert.equal(takeSnapshot("ZZZZ", true, session), null);
    assert.deepEqual(takeSnapshot("K7XM", true, session), { snapshot: SNAPSHOT, userId: "u" });
    assert.equal(takeSnapshot("K7XM", false, session), null);
    assert.equal(takeSnapshot("K7XM", true, session), null);
  });

  test("is returned as it was kept", () => {
    assert.deepEqual(reading({ snapshot: JSON.stringify(SNAPSHOT) }).snapshot(), SNAPSHOT);
  });

  const strange = [
    "",
    "{",
    "{}",
    "5",
    "[]",
    '"text"',
    "true",
    ...[
      { room: null },
      { room: {} },
      { cursor: "3" },
      { cursor: null },
      { older: undefined },
      { messages: {} },
      { messages: [null] },
      { messages: [{}] },
      { messages: [{ ...message(1), at: "yesterday" }] },
      { messages: [{ ...message(1), author: undefined }] },
      { messages: [{ ...message(1), author: {} }] },
      { messages: [{ ...message(1), reactions: { a: 5 } }] },
      { members: undefined },
      { members: [{ id: 5 }] },
    ].map((fields) => JSON.stringify({ ...SNAPSHOT, ...fields })),
  ];
  for (const snapshot of strange) {
    test(`of an unexpected shape is dropped: ${snapshot.slice(-60)}`, () => {
      assert.equal(reading({ snapshot }).snapshot(), null);
    });
  }
});

describe("changes", () => {
  const pin = { kind: "pin", seq: 1, on: true, ref: "c1", changed: null };

  test("of an unexpected shape are dropped, the others kept", () => {
    const changes = JSON.stringify([pin, 5, {}, null, { ...pin, kind: "?" }, { ...pin, on: 1 }]);
    assert.deepEqual(reading({ changes }).changes(), [pin]);
  });

  for (const changes of ["{}", "5", "{", "null", '"text"']) {
    test(`are empty for ${changes}`, () => assert.deepEqual(reading({ changes }).changes(), []));
  }
});
