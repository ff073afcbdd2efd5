import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MEMORY_CAP, TAIL_CAP } from "../../static/js/state/loaded-range.js";
import { apply, initial, snapshot } from "../../static/js/state/store.js";
import { crowd, events, message, messages, seqs, welcome } from "./helpers.js";

const nobody = initial({ id: "me", name: "Me" });

/** Returns the state of a page that has the messages of these numbers. @param {number} first @param {number} last */
function reading(first, last) {
  const frame = welcome({ through: last, messages: messages(first, last), older: first > 1 });
  return apply(nobody, frame).state;
}

/** @param {Chat.State} state @param {Chat.Action[]} actions */
function after(state, ...actions) {
  return actions.reduce((now, action) => apply(now, action).state, state);
}

/** @param {string} clientId @param {Chat.Pending["state"]} [state] @returns {Chat.Pending} */
function pending(clientId, state = "waiting") {
  return {
    client_id: clientId,
    body: clientId,
    at: 0,
    state,
    reason: "",
    reply_to: null,
    seq: null,
  };
}

describe("the cursor", () => {
  test("moves with frames that start at it", () => {
    const step = apply(reading(1, 3), events(3, 5, [message(4), message(5)]));
    assert.equal(step.state.cursor, 5);
    assert.deepEqual(seqs(step.state.messages), [1, 2, 3, 4, 5]);
    assert.deepEqual(seqs(step.fresh), [4, 5]);
    assert.equal(step.gap, false);
  });

  test("stays at a gap, and the frame changes nothing", () => {
    const state = reading(1, 3);
    const step = apply(state, events(4, 5, [message(5)]));
    assert.equal(step.gap, true);
    assert.equal(step.state, state);
  });

  test("stays at a frame that is already known", () => {
    const state = reading(1, 3);
    const step = apply(state, events(2, 3, [message(3)]));
    assert.equal(step.gap, false);
    assert.equal(step.state, state);
  });

  test("ignores events before the first welcome", () => {
    const step = apply(nobody, events(3, 4, [message(4)]));
    assert.equal(step.gap, false);
    assert.equal(step.state, nobody);
  });

  test("reports a resume that does not continue it as a gap", () => {
    const frame = welcome({ mode: "resume", after: 7, through: 8, messages: [message(8)] });
    assert.equal(apply(reading(1, 3), frame).gap, true);
  });
});

describe("a crowd", () => {
  test("is one message that leads to the end of its run", () => {
    let state = after(reading(1, 10), events(10, 400, [crowd(11, 400)]));
    assert.equal(state.cursor, 400);
    state = after(state, events(400, 401, [message(401)]));
    assert.deepEqual(seqs(state.messages).slice(-2), [11, 401]);
    const older = { type: /** @type {const} */ ("page"), messages: messages(1, 5), older: false };
    assert.equal(after(state, { type: "older", before: 11, page: older }).messages[0].seq, 1);
  });

  test("stays when one of its joins is changed later", () => {
    const state = after(
      reading(1, 10),
      events(10, 400, [crowd(11, 400)]),
      events(400, 401, [message(11, { kind: "join", changed: 401 })]),
    );
    assert.equal(state.messages.at(-1)?.through, 400);
  });
});

describe("changes", () => {
  test("an edit replaces the message in its place and is not fresh", () => {
    const edit = message(2, { changed: 4, body: "mended", edited_at: "2026-11-22T12:00:09Z" });
    const step = apply(reading(1, 3), events(3, 4, [edit]));
    assert.equal(step.state.messages[1].body, "mended");
    assert.deepEqual(step.fresh, []);
  });

  test("a tombstone keeps its place", () => {
    const state = after(
      reading(1, 3),
      events(3, 4, [message(2, { changed: 4, deleted: true, body: "" })]),
    );
    assert.deepEqual(seqs(state.messages), [1, 2, 3]);
    assert.equal(state.messages[1].deleted, true);
  });

  test("a change of a message that is not loaded is ignored", () => {
    const state = after(reading(10, 12), events(12, 13, [message(4, { changed: 13 })]));
    assert.deepEqual(seqs(state.messages), [10, 11, 12]);
    assert.equal(state.cursor, 13);
  });

  test("messages that changed out of order are sorted by seq", () => {
    const step = apply(
      reading(1, 1),
      events(1, 4, [message(3), message(2, { changed: 4, edited_at: "x" })]),
    );
    assert.deepEqual(seqs(step.state.messages), [1, 2, 3]);
  });
});

describe("welcome", () => {
  test("a resume applies the missed changes", () => {
    const frame = welcome({ mode: "resume", after: 3, through: 5, messages: messages(4, 5) });
    const step = apply(reading(1, 3), frame);
    assert.deepEqual(seqs(step.state.messages), [1, 2, 3, 4, 5]);
    assert.deepEqual(seqs(step.fresh), [4, 5]);
  });

  test("a reset drops the messages and keeps the pending ones", () => {
    const state = after(reading(1, 3), { type: "outbox", items: [pending("a")] });
    const frame = welcome({ through: 900, messages: messages(851, 900), older: true });
    const step = apply(state, frame);
    assert.equal(step.state.messages[0].seq, 851);
    assert.equal(step.state.older, true);
    assert.deepEqual(step.state.pending, [pending("a")]);
    assert.equal(step.fresh.length, 50);
  });

  test("nothing is fresh on a first visit", () => {
    assert.deepEqual(apply(nobody, welcome({ through: 2, messages: messages(1, 2) })).fresh, []);
  });

  test("a page that resumed equals one that was reset", () => {
    const changes = [message(2, { changed: 6, body: "mended" }), message(4), message(5)];
    const resumed = apply(
      reading(1, 3),
      welcome({ mode: "resume", after: 3, through: 6, messages: changes }),
    ).state;
    const whole = [message(1), changes[0], message(3), message(4), message(5)];
    const fresh = apply(nobody, welcome({ through: 6, messages: whole })).state;
    assert.deepEqual(resumed.messages, fresh.messages);
    assert.equal(resumed.cursor, fresh.cursor);
  });
});

describe("a pending message", () => {
  const mine = (/** @type {number} */ seq, /** @type {string} */ clientId) =>
    message(seq, { by: "me", client_id: clientId });

  test("is removed when the log has it", () => {
    const state = after(reading(1, 1), { type: "outbox", items: [pending("a"), pending("b")] });
    const step = apply(state, events(1, 2, [mine(2, "a")]));
    assert.deepEqual(step.state.pending, [pending("b")]);
    assert.deepEqual(step.settled, ["a"]);
  });

  test("stays when another person used the same client_id", () => {
    const state = after(reading(1, 1), { type: "outbox", items: [pending("a")] });
    const step = apply(state, events(1, 2, [message(2, { client_id: "a" })]));
    assert.deepEqual(step.state.pending, [pending("a")]);
  });

  test("keeps its row from the ack until the event", () => {
    const acked = after(
      reading(1, 1),
      { type: "outbox", items: [pending("a", "sending")] },
      { type: "sent", client_id: "a", seq: 2 },
      { type: "outbox", items: [] },
    );
    assert.deepEqual(
      acked.pending.map(({ state }) => state),
      ["sent"],
    );
    assert.deepEqual(after(acked, events(1, 2, [mine(2, "a")])).pending, []);
  });

  test("loses its row with an ack after the event", () => {
    const state = after(
      reading(1, 1),
      { type: "outbox", items: [pending("a")] },
      events(1, 2, [mine(2, "a")]),
      { type: "outbox", items: [pending("a")] },
    );
    assert.deepEqual(state.pending, []);
  });

  test("does not survive a reset once it is acked", () => {
    const state = after(
      reading(1, 1),
      { type: "outbox", items: [pending("a")] },
      { type: "sent", client_id: "a", seq: 2 },
      welcome({ through: 900, messages: messages(851, 900) }),
    );
    assert.deepEqual(state.pending, []);
  });
});

describe("paging", () => {
  /** @param {number} first @param {number} last @param {boolean} older @returns {Chat.Page} */
  const page = (first, last, older) => ({
    type: "page",
    messages: last < first ? [] : messages(first, last),
    older,
  });

  test("an older page goes before the loaded messages", () => {
    const state = after(reading(101, 150), {
      type: "older",
      before: 101,
      page: page(1, 100, false),
    });
    assert.equal(state.messages.length, 150);
    assert.equal(state.messages[0].seq, 1);
    assert.equal(state.older, false);
  });

  test("the answer to an outdated request is ignored", () => {
    const state = reading(101, 150);
    assert.equal(after(state, { type: "older", before: 80, page: page(1, 79, false) }), state);
  });

  test("a page far away is shown while the newest messages are kept apart, and leads back to them", () => {
    let state = after(reading(951, 1000), { type: "around", page: page(1, 100, false) });
    assert.deepEqual(seqs(state.messages), seqs(messages(1, 100)));
    assert.equal(state.tail?.length, 50);

    state = after(state, events(1000, 1001, [message(1001)]));
    assert.equal(state.messages.at(-1)?.seq, 100);
    assert.equal(state.tail?.at(-1)?.seq, 1001);

    for (let before = 200; state.tail !== null; before = Math.min(before + 99, 951)) {
      const last = state.messages.at(-1)?.seq ?? 0;
      state = after(state, {
        type: "newer",
        before,
        page: page(Math.max(1, before - 100), before - 1, true),
      });
      assert.ok((state.messages.at(-1)?.seq ?? 0) > last);
    }
    assert.deepEqual(seqs(state.messages), seqs(messages(1, 1001)));
  });

  test("a page cut short that does not reach the loaded messages is ignored", () => {
    const state = after(reading(951, 1000), { type: "around", page: page(1, 100, false) });
    assert.equal(after(state, { type: "newer", before: 200, page: page(150, 199, true) }), state);
  });

  test("jumping to now needs no request", () => {
    const state = after(
      reading(951, 1000),
      { type: "around", page: page(1, 100, false) },
      { type: "newest" },
    );
    assert.deepEqual(seqs(state.messages), seqs(messages(951, 1000)));
    assert.equal(state.tail, null);
    assert.equal(state.older, true);
  });

  test("a crowd takes the place of what is loaded of it, at either end", () => {
    /** @param {number} first @param {number} last */
    const joins = (first, last) =>
      messages(first, last).map((one) => ({ ...one, kind: /** @type {const} */ ("join") }));
    const frame = welcome({ through: 150, messages: [...joins(101, 119), message(120)] });
    const far = {
      type: /** @type {const} */ ("page"),
      messages: [message(19), crowd(20, 110)],
      older: true,
    };
    let state = after(apply(nobody, frame).state, { type: "around", page: far });
    assert.deepEqual(state.messages.map(({ seq, through }) => [seq, through]).slice(0, 3), [
      [19, undefined],
      [20, 110],
      [111, undefined],
    ]);

    state = after(reading(951, 1000), { type: "around", page: page(1, 30, false) });
    state = after(state, {
      type: "newer",
      before: 130,
      page: {
        type: /** @type {const} */ ("page"),
        messages: [...messages(1, 9), crowd(10, 120), message(121)],
        older: false,
      },
    });
    assert.deepEqual(seqs(state.messages), [...seqs(messages(1, 10)), 121]);
    state = after(state, {
      type: "newer",
      before: 220,
      page: {
        type: /** @type {const} */ ("page"),
        messages: [message(122), crowd(123, 219)],
        older: true,
      },
    });
    assert.deepEqual(seqs(state.messages), [...seqs(messages(1, 10)), 121, 122, 123]);
    assert.equal(state.messages.at(-1)?.through, 219);
    const next = { type: /** @type {const} */ ("page"), messages: [message(220)], older: true };
    assert.equal(after(state, { type: "newer", before: 221, page: next }).messages.length, 14);
  });

  test("a page next to the loaded messages extends them", () => {
    const state = after(reading(101, 150), { type: "around", page: page(20, 119, true) });
    assert.deepEqual(seqs(state.messages), seqs(messages(20, 150)));
    assert.equal(state.tail, null);
  });
});

describe("memory", () => {
  test("keeps a run of joins longer than the limit while it is one row on screen", () => {
    const state = reading(1, MEMORY_CAP + 200);
    const step = apply(state, { type: "trim", first: 1, last: MEMORY_CAP + 200 });
    assert.equal(step.state, state);
  });

  test("is freed above a reader at the end", () => {
    const state = after(reading(1, MEMORY_CAP + 200), { type: "trim", first: 1900, last: 2200 });
    assert.equal(state.messages.length, MEMORY_CAP);
    assert.equal(state.messages.at(-1)?.seq, MEMORY_CAP + 200);
    assert.equal(state.older, true);
  });

  test("is freed below a reader far up, who can still return", () => {
    const state = after(reading(1, MEMORY_CAP + 200), { type: "trim", first: 10, last: 309 });
    assert.equal(state.messages[0].seq, 1);
    assert.equal(state.messages.length, MEMORY_CAP);
    assert.equal(state.tail?.length, TAIL_CAP);
    assert.equal(state.tail?.at(-1)?.seq, MEMORY_CAP + 200);
  });
});

describe("people", () => {
  test("join, leave and change their names", () => {
    const state = after(
      reading(1, 1),
      { type: "members", count: 2, joined: [{ id: "ada", name: "Ada" }], left: [] },
      { type: "members", count: 2, joined: [{ id: "ada", name: "Countess" }], left: [] },
    );
    assert.deepEqual([...state.members.keys()], ["me", "ada"]);
    assert.equal(state.names.get("ada"), "Countess");
    const gone = after(state, { type: "members", count: 1, joined: [], left: [{ id: "ada" }] });
    assert.deepEqual([...gone.members.keys()], ["me"]);
    assert.equal(gone.names.get("ada"), "Countess");
  });

  test("see their own new name as theirs", () => {
    const joined = [{ id: "me", name: "Myself" }];
    assert.equal(
      after(reading(1, 1), { type: "members", count: 1, joined, left: [] }).you.name,
      "Myself",
    );
  });
});

describe("a snapshot", () => {
  test("resumes where it was taken", () => {
    const kept = snapshot(reading(1, 100), 50);
    assert.ok(kept);
    const state = after(nobody, {
      type: "restore",
      snapshot: JSON.parse(JSON.stringify(kept)),
    });
    assert.deepEqual(seqs(state.messages), seqs(messages(51, 100)));
    assert.deepEqual([state.cursor, state.history], [100, "4d1f"]);
    assert.equal(state.older, true);
    assert.equal(apply(state, welcome({ mode: "resume", after: 100, through: 100 })).gap, false);
  });

  test("has the newest messages, wherever the reader is", () => {
    const state = after(reading(951, 1000), {
      type: "around",
      page: { type: /** @type {const} */ ("page"), messages: messages(1, 100), older: false },
    });
    assert.equal(snapshot(state, 50)?.messages.at(-1)?.seq, 1000);
  });

  test("does not exist before the first welcome", () => {
    assert.equal(snapshot(nobody, 50), null);
  });
});
