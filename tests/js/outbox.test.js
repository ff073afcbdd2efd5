import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { createOutbox } from "../../static/js/net/outbox.js";
import { inMemory, withFallback } from "../../static/js/net/outbox-storage.js";

/** Runs everything that is ready. */
async function settled() {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/**
 * A tab with an outbox; `server` gets its frames.
 * @param {object} [options]
 * @param {Chat.OutboxStore} [options.storage]
 * @param {(work: () => Promise<void>) => Promise<void>} [options.exclusively]
 * @param {boolean} [options.connected]
 */
function openTab({ storage = inMemory(), exclusively = (work) => work(), connected = true } = {}) {
  /** @type {{client_id: string, body: string}[]} */
  const frames = [];
  /** @type {string[]} */
  const sent = [];
  /** @type {Chat.TabNotice[]} */
  const told = [];
  const tab = {
    frames,
    sent,
    told,
    overdue: 0,
    unanswerable: 0,
    /** @type {number[]} */
    waits: [],
    connected,
    /** @type {Chat.Pending[]} */
    shown: [],
    get bodies() {
      return frames.map(({ body }) => body);
    },
    /** Answers the last frame. */
    ack: () => {
      outbox.acked(frames[frames.length - 1].client_id, frames.length);
      return settled();
    },
    /** @param {Partial<Chat.ErrorFrame>} error */
    refuse: (error) => {
      const { client_id } = frames[frames.length - 1];
      outbox.refused({ type: "error", code: "", message: "", client_id, ...error });
      return settled();
    },
    outbox: /** @type {ReturnType<typeof createOutbox>} */ ({}),
  };
  let ids = 0;
  const outbox = createOutbox({
    storage,
    queue: "u r",
    send: (frame) => {
      if (tab.connected) frames.push(/** @type {any} */ (frame));
      return tab.connected;
    },
    exclusively,
    tell: (notice) => told.push(notice),
    newId: () => {
      ids += 1;
      return `id ${ids} of ${Math.random()}`;
    },
    onChange: (items) => {
      tab.shown = items;
    },
    onSent: (clientId) => sent.push(clientId),
    onWait: (seconds) => tab.waits.push(seconds),
    onReplyTargetDeleted: () => {
      tab.unanswerable += 1;
    },
    loadFiles: () => Promise.reject(new Error("these messages have no files")),
    onOverdue: () => {
      tab.overdue += 1;
      outbox.stop();
    },
  });
  tab.outbox = outbox;
  return tab;
}

/** One at a time, as the browser's lock. */
function lock() {
  let last = Promise.resolve();
  return (/** @type {() => Promise<void>} */ work) => {
    last = last.then(work);
    return last;
  };
}

describe("sending", () => {
  test("sends one message at a time, in the order typed", async () => {
    const tab = openTab();
    tab.outbox.start();
    await Promise.all(["one", "two", "three"].map((body) => tab.outbox.add({ body })));
    await settled();
    assert.deepEqual(tab.bodies, ["one"]);
    await tab.ack();
    assert.deepEqual(tab.bodies, ["one", "two"]);
    await tab.ack();
    await tab.ack();
    assert.deepEqual(tab.bodies, ["one", "two", "three"]);
    assert.deepEqual(tab.shown, []);
    assert.equal(tab.sent.length, 3);
  });

  test("fails a message that was being stored when the end came", async () => {
    const disk = inMemory();
    /** @type {(() => void)[]} */
    const writes = [];
    const storage = {
      ...disk,
      /** @param {Chat.OutboxItem} item */
      add: (item) =>
        new Promise((/** @type {(value: void) => void} */ resolve) => {
          writes.push(() => disk.add(item).then(resolve));
        }),
    };
    const tab = openTab({ storage });
    const added = tab.outbox.add({ body: "late" });
    await tab.outbox.fail("The room has closed.");
    for (const write of writes) write();
    await added;
    const [{ state, reason }] = tab.shown;
    assert.deepEqual([state, reason], ["failed", "The room has closed."]);
  });

  test("shows a message at once, with its state", async () => {
    const tab = openTab();
    const kept = tab.outbox.add({ body: "hello" });
    assert.deepEqual(
      tab.shown.map(({ body, state }) => [body, state]),
      [["hello", "waiting"]],
    );
    await kept;
    tab.outbox.start();
    await settled();
    assert.equal(tab.shown[0].state, "sending");
  });

  test("sends again with the same client_id after a lost ack", async () => {
    const tab = openTab();
    tab.outbox.start();
    await tab.outbox.add({ body: "hello" });
    await settled();
    tab.outbox.stop();
    await settled();
    assert.equal(tab.shown[0].state, "waiting");
    tab.outbox.start();
    await settled();
    assert.equal(tab.frames.length, 2);
    assert.equal(tab.frames[0].client_id, tab.frames[1].client_id);
  });

  test("takes a message in the log for acked", async () => {
    const tab = openTab();
    tab.outbox.start();
    await tab.outbox.add({ body: "one" });
    await tab.outbox.add({ body: "two" });
    await settled();
    tab.outbox.acked(tab.frames[0].client_id, null);
    await settled();
    assert.deepEqual(tab.bodies, ["one", "two"]);
  });

  test("does not send again what is in the log after a reload", async () => {
    const storage = inMemory();
    const before = openTab({ storage });
    await before.outbox.add({ body: "hello" });
    const clientId = before.shown[0].client_id;
    const after = openTab({ storage });
    await after.outbox.read();
    after.outbox.acked(clientId, null);
    await settled();
    after.outbox.start();
    await settled();
    assert.deepEqual(after.bodies, []);
    assert.deepEqual(after.shown, []);
  });

  test("doubts the connection without an answer in time, and skips nothing", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const tab = openTab();
      tab.outbox.start();
      await tab.outbox.add({ body: "one" });
      await tab.outbox.add({ body: "two" });
      await settled();
      mock.timers.tick(10_000);
      await settled();
      assert.equal(tab.overdue, 1);
      assert.deepEqual(tab.bodies, ["one"]);
    } finally {
      mock.timers.reset();
    }
  });
});

describe("offline", () => {
  test("ten messages survive a reload and are sent once, in order", async () => {
    const storage = inMemory();
    const bodies = Array.from({ length: 10 }, (_, index) => `message ${index}`);
    const offline = openTab({ storage, connected: false });
    for (const body of bodies) await offline.outbox.add({ body });

    const reloaded = openTab({ storage });
    await reloaded.outbox.read();
    assert.deepEqual(
      reloaded.shown.map(({ body, state }) => [body, state]),
      bodies.map((body) => [body, "waiting"]),
    );
    reloaded.outbox.start();
    await settled();
    for (const _ of bodies) await reloaded.ack();
    assert.deepEqual(reloaded.bodies, bodies);
    assert.deepEqual(await storage.list("u r"), []);
  });

  test("a missing connection loses no message", async () => {
    const tab = openTab({ connected: false });
    tab.outbox.start();
    await tab.outbox.add({ body: "hello" });
    await settled();
    assert.equal(tab.shown[0].state, "waiting");
    tab.outbox.stop();
    tab.connected = true;
    tab.outbox.start();
    await settled();
    assert.deepEqual(tab.bodies, ["hello"]);
  });
});

describe("refusals", () => {
  test("a refused message fails with the reason, and the next is sent", async () => {
    const tab = openTab();
    tab.outbox.start();
    await tab.outbox.add({ body: "one" });
    await tab.outbox.add({ body: "two" });
    await settled();
    await tab.refuse({ code: "muted", message: "You are muted." });
    assert.deepEqual(tab.bodies, ["one", "two"]);
    assert.deepEqual(
      tab.shown.map(({ state, reason }) => [state, reason]),
      [
        ["failed", "You are muted."],
        ["sending", ""],
      ],
    );
  });

  test("a failed message is sent again on demand, with the same client_id", async () => {
    const tab = openTab();
    tab.outbox.start();
    await tab.outbox.add({ body: "one" });
    await settled();
    await tab.refuse({ code: "locked", message: "Locked." });
    await tab.outbox.retry([tab.shown[0].client_id]);
    await settled();
    assert.equal(tab.frames[1].client_id, tab.frames[0].client_id);
    assert.equal(tab.shown[0].reason, "");
  });

  test("a reply to a message deleted meanwhile is sent without the quote", async () => {
    const tab = openTab();
    tab.outbox.start();
    await tab.outbox.add({ body: "to the point", reply_to: 7 });
    await settled();
    await tab.refuse({ code: "not_found", message: "That message is not in this room." });
    const [{ client_id }] = tab.frames;
    assert.deepEqual(tab.frames, [
      { type: "post", client_id, body: "to the point", reply_to: 7 },
      { type: "post", client_id, body: "to the point" },
    ]);
    assert.equal(tab.shown[0].reply_to, undefined);
    assert.equal(tab.unanswerable, 1);
    await tab.refuse({ code: "not_found", message: "This room has closed." });
    assert.equal(tab.shown[0].state, "failed");
    assert.equal(tab.frames.length, 2);
  });

  test("a failed message can be deleted", async () => {
    const tab = openTab();
    tab.outbox.start();
    await tab.outbox.add({ body: "one" });
    await settled();
    await tab.refuse({ code: "locked", message: "Locked." });
    await tab.outbox.discard([tab.shown[0].client_id]);
    assert.deepEqual(tab.shown, []);
  });

  for (const code of ["unavailable", "rate_limited"]) {
    test(`${code} waits as long as the server says, then sends the same again`, async () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const tab = openTab();
        tab.outbox.start();
        await tab.outbox.add({ body: "one" });
        await tab.outbox.add({ body: "two" });
        await settled();
        await tab.refuse({ code, retry_after: 5 });
        assert.deepEqual(tab.waits, [5]);
        mock.timers.tick(4_999);
        await settled();
        assert.deepEqual(tab.bodies, ["one"]);
        mock.timers.tick(1);
        await settled();
        assert.deepEqual(tab.bodies, ["one", "one"]);
        await tab.ack();
        assert.deepEqual(tab.bodies, ["one", "one", "two"]);
      } finally {
        mock.timers.reset();
      }
    });
  }

  test("a closed room fails waiting messages, and those typed later", async () => {
    const tab = openTab({ connected: false });
    await tab.outbox.add({ body: "one" });
    await tab.outbox.fail("The room has closed.");
    await tab.outbox.add({ body: "two" });
    await tab.outbox.retry([tab.shown[0].client_id]);
    assert.deepEqual(
      tab.shown.map(({ state, reason }) => [state, reason]),
      [
        ["failed", "The room has closed."],
        ["failed", "The room has closed."],
      ],
    );
  });
});

describe("two tabs", () => {
  test("send one message after another, whichever of them has it", async () => {
    const storage = inMemory();
    const exclusively = lock();
    const first = openTab({ storage, exclusively });
    const second = openTab({ storage, exclusively });
    first.outbox.start();
    second.outbox.start();
    await first.outbox.add({ body: "one" });
    await second.outbox.add({ body: "two" });
    await settled();
    assert.deepEqual([...first.bodies, ...second.bodies], ["one"]);
    await first.ack();
    assert.deepEqual(first.bodies, ["one", "two"]);
    await first.ack();
    await settled();
    assert.deepEqual(second.bodies, []);
    assert.deepEqual(await storage.list("u r"), []);
  });

  test("a tab with a connection sends for one without", async () => {
    const storage = inMemory();
    const offline = openTab({ storage, connected: false });
    const online = openTab({ storage });
    online.outbox.start();
    await offline.outbox.add({ body: "hello" });
    for (const notice of offline.told) online.outbox.receiveFromTab(notice);
    await settled();
    assert.deepEqual(online.bodies, ["hello"]);
    await online.ack();
    for (const notice of online.told) offline.outbox.receiveFromTab(notice);
    await settled();
    assert.deepEqual(offline.shown, []);
    assert.deepEqual(offline.sent, online.sent);
  });
});

describe("a storage that fails", () => {
  /** @returns {Chat.OutboxStore} */
  const broken = () => {
    const fail = () => Promise.reject(new Error("disk full"));
    return { durable: true, add: fail, list: fail, update: fail, remove: fail };
  };

  test("loses no message, and says that it is not durable", async () => {
    const tab = openTab({ storage: withFallback(broken(), inMemory()) });
    assert.equal(tab.outbox.durable, true);
    tab.outbox.start();
    await tab.outbox.add({ body: "hello" });
    await settled();
    assert.equal(tab.outbox.durable, false);
    assert.deepEqual(tab.bodies, ["hello"]);
    await tab.ack();
    assert.deepEqual(tab.shown, []);
  });
});
