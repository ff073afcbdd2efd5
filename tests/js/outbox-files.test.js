import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { Refused } from "../../static/js/lib/json-requests.js";
import { createOutbox } from "../../static/js/net/outbox.js";
import { createOutboxFiles } from "../../static/js/net/outbox-files.js";
import { inMemory } from "../../static/js/net/outbox-storage.js";

/** Runs everything that is ready. */
async function settled() {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}

/** @param {...string} ids @returns {Chat.Attached[]} */
function pictures(...ids) {
  const blob = new Blob(["picture"]);
  return ids.map((id) => ({ id, blob, name: `${id}.webp`, type: "image/webp", alt: "" }));
}

/** Locks of one browser, as `navigator.locks`. */
function browserLocks() {
  /** @type {Map<string, Promise<unknown>>} */
  const last = new Map();
  return /** @type {LockManager} */ (
    /** @type {unknown} */ ({
      /**
       * @param {string} name
       * @param {{signal: AbortSignal}} options
       * @param {() => Promise<unknown>} work
       */
      request(name, { signal }, work) {
        const before = last.get(name) ?? Promise.resolve();
        const aborted = new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        });
        const mine = Promise.race([before, aborted]).then(work);
        last.set(
          name,
          mine.catch(() => {}),
        );
        return mine;
      },
    })
  );
}

/**
 * A tab with an outbox whose files go to a server that answers when it is told to.
 * @param {object} [options]
 * @param {Chat.OutboxStore} [options.storage]
 * @param {LockManager} [options.locks]
 */
function openTab({ storage = inMemory(), locks } = {}) {
  /** @type {{client_id: string, body: string, files?: Chat.PostedFile[]}[]} */
  const frames = [];
  /** Files on their way, by the ids that they are sent under. @type {Map<string, {end: (error?: unknown) => void, signal: AbortSignal}>} */
  const under = new Map();
  /** @type {string[]} */
  const begun = [];
  /** @type {string[]} */
  const deleted = [];
  const tab = {
    frames,
    under,
    begun,
    deleted,
    /** @type {Chat.Pending[]} */
    shown: [],
    /** @type {Chat.TabNotice[]} */
    told: [],
    ids: 0,
    /** The server has a file. @param {string} id @param {unknown} [error] why it has not */
    async arrived(id, error) {
      under.get(id)?.end(error);
      await settled();
    },
    async ack() {
      outbox.acked(frames[frames.length - 1].client_id, frames.length);
      await settled();
    },
    /** @param {Partial<Chat.ErrorFrame>} error */
    async refuse(error) {
      const { client_id } = frames[frames.length - 1];
      outbox.refused({ type: "error", code: "", message: "", client_id, ...error });
      await settled();
    },
  };
  const outbox = createOutbox({
    storage,
    queue: "u r",
    send: (frame) => frames.push(/** @type {any} */ (frame)) > 0,
    exclusively: (work) => work(),
    tell: (notice) => tab.told.push(notice),
    newId: () => {
      tab.ids += 1;
      return `message ${tab.ids}`;
    },
    onChange: (items) => {
      tab.shown = items;
    },
    onSent: () => {},
    onWait: () => {},
    onReplyTargetDeleted: () => {},
    onOverdue: () => {},
    loadFiles: async (isWaiting) =>
      createOutboxFiles({
        url: () => "/rooms/K7QX/files/",
        token: "token",
        isWaiting,
        onProgress: () => {},
        onReady: () => {},
        locks,
        request: async (place) => {
          deleted.push(place);
          return new Response();
        },
        send: ({ id }, { signal, onBegun }) =>
          new Promise((resolve, reject) => {
            begun.push(id);
            onBegun(`/files/f_${id}/`);
            signal.addEventListener("abort", () => reject(signal.reason));
            under.set(id, { signal, end: (error) => (error ? reject(error) : resolve(`f_${id}`)) });
          }),
      }),
  });
  outbox.start();
  return { ...tab, tab, outbox };
}

describe("a message with files", () => {
  test("is shown at once, and posted when the server has all of them", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "look", attached: pictures("a", "b", "c") });
    await settled();
    assert.equal(tab.shown[0].state, "sending");
    assert.equal(tab.shown[0].attached?.length, 3);
    assert.deepEqual(tab.begun, ["a", "b"], "two at once");
    await tab.arrived("b");
    assert.deepEqual(tab.begun, ["a", "b", "c"]);
    await tab.arrived("a");
    assert.equal(tab.frames.length, 0);
    await tab.arrived("c");
    assert.deepEqual(tab.frames[0].files, [{ id: "f_a" }, { id: "f_b" }, { id: "f_c" }]);
    assert.ok(!("attached" in tab.frames[0]));
    await tab.ack();
    assert.deepEqual(tab.shown, []);
  });

  test("has what was typed for who does not see a picture", async () => {
    const { tab, outbox } = openTab();
    const [picture] = pictures("a");
    await outbox.add({ body: "", attached: [{ ...picture, alt: "The left engine" }] });
    await settled();
    await tab.arrived("a");
    assert.deepEqual(tab.frames[0].files, [{ id: "f_a", alt: "The left engine" }]);
  });

  test("is before what was written after it", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "first", attached: pictures("a") });
    await outbox.add({ body: "second" });
    await settled();
    assert.deepEqual(tab.frames, []);
    await tab.arrived("a");
    await tab.ack();
    assert.deepEqual(
      tab.frames.map(({ body }) => body),
      ["first", "second"],
    );
  });

  test("that is cancelled is sent no further, nor kept at the server", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "first", attached: pictures("a") });
    await outbox.add({ body: "second" });
    await settled();
    await outbox.discard(["message 1"]);
    await settled();
    assert.ok(tab.under.get("a")?.signal.aborted);
    assert.deepEqual(tab.deleted, ["/files/f_a/"]);
    assert.deepEqual(
      tab.frames.map(({ body }) => body),
      ["second"],
    );
  });

  test("one of which is refused says why, and can be tried again", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "", attached: pictures("a", "b") });
    await settled();
    await tab.arrived("a", new Refused("You have sent a lot today.", "too_big"));
    assert.deepEqual(
      tab.shown.map(({ state, reason }) => [state, reason]),
      [["failed", "You have sent a lot today."]],
    );
    assert.ok(tab.under.get("b")?.signal.aborted, "the other one goes no further either");
    await outbox.retry(["message 1"]);
    await settled();
    assert.deepEqual(tab.begun, ["a", "b", "a", "b"]);
  });

  test("is sent once more, under other names, if the server has not got its files", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "", attached: pictures("a") });
    await settled();
    await tab.arrived("a");
    await tab.refuse({ code: "no_file", message: "A file is not there." });
    assert.deepEqual(tab.begun, ["a", "a.2"]);
    await tab.arrived("a.2");
    assert.deepEqual(tab.frames[1].files, [{ id: "f_a.2" }]);
    assert.equal(tab.frames[1].client_id, tab.frames[0].client_id);
    await tab.refuse({ code: "no_file", message: "A file is not there." });
    assert.deepEqual(tab.begun, ["a", "a.2"], "not for ever");
    assert.deepEqual(
      tab.shown.map(({ state, reason }) => [state, reason]),
      [["failed", "A file is not there."]],
    );
  });

  test("does not send a file again when the connection is lost before the post", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "", attached: pictures("a") });
    await settled();
    await tab.arrived("a");
    outbox.stop();
    await settled();
    outbox.start();
    await settled();
    assert.deepEqual(tab.begun, ["a"]);
    assert.equal(tab.frames.length, 2);
  });

  test("survives a reload, with its files", async () => {
    const storage = inMemory();
    const before = openTab({ storage });
    await before.outbox.add({ body: "kept", attached: pictures("a") });
    await settled();
    const { tab, outbox } = openTab({ storage });
    await outbox.read();
    await settled();
    assert.equal(await tab.shown[0].attached?.[0].blob.text(), "picture");
    assert.deepEqual(tab.begun, ["a"], "under the same name: the server goes on with it");
  });

  test("of a room that has closed is sent no further", async () => {
    const { tab, outbox } = openTab();
    await outbox.add({ body: "", attached: pictures("a") });
    await settled();
    await outbox.fail("This room has closed.");
    await settled();
    assert.ok(tab.under.get("a")?.signal.aborted);
    assert.equal(tab.shown[0].reason, "This room has closed.");
  });
});

describe("two tabs", () => {
  test("send a file once", async () => {
    const [storage, locks] = [inMemory(), browserLocks()];
    const first = openTab({ storage, locks });
    const second = openTab({ storage, locks });
    await first.outbox.add({ body: "", attached: pictures("a") });
    await settled();
    second.outbox.receiveFromTab({ type: "queued" });
    await settled();
    assert.deepEqual(second.tab.begun, []);
    await first.tab.arrived("a");
    await first.tab.ack();
    second.outbox.receiveFromTab({ type: "sent", client_id: "message 1", seq: 1 });
    await settled();
    assert.deepEqual(second.tab.begun, []);
    assert.deepEqual(second.tab.frames, []);
  });

  test("do not wait for one that is asleep, nor overtake one that is slow", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const [storage, locks] = [inMemory(), browserLocks()];
      const first = openTab({ storage, locks });
      const second = openTab({ storage, locks });
      await first.outbox.add({ body: "", attached: pictures("a") });
      await settled();
      second.outbox.receiveFromTab({ type: "queued" });
      await settled();
      mock.timers.tick(50_000);
      second.outbox.receiveFromTab({ type: "progress", id: "a", sent: 10 });
      mock.timers.tick(50_000);
      await settled();
      assert.deepEqual(second.tab.begun, []);
      mock.timers.tick(10_000);
      await settled();
      assert.deepEqual(second.tab.begun, ["a"]);
    } finally {
      mock.timers.reset();
    }
  });
});
