import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cleanText, isSendKey, length } from "../../static/js/compose/composer.js";
import {
  AT_END,
  around,
  CAP,
  down,
  reachesEnd,
  slice,
  up,
  viewAtEnd,
} from "../../static/js/log/viewport.js";
import { parse } from "../../static/js/net/protocol.js";
import { sentenceFor } from "../../static/js/room/announcer.js";
import { createBrowserStorage } from "../../static/js/state/browser-storage.js";
import { message, messages, seqs, storage } from "./helpers.js";

describe("frames", () => {
  test("of an unknown type are ignored", () => {
    assert.equal(parse('{"type":"fanfare"}'), null);
  });
  test("that are malformed are ignored", () => {
    for (const data of ["", "{", "null", "[]", '"events"', new ArrayBuffer(2)]) {
      assert.equal(parse(data), null);
    }
  });
});

describe("the Enter key", () => {
  const key = { key: "Enter", keyCode: 13, isComposing: false };
  const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

  for (const [name, event, touch, expected] of /** @type {const} */ ([
    ["sends", {}, false, true],
    ["with Shift starts a line", { shiftKey: true }, false, false],
    ["on touch starts a line", {}, true, false],
    ["with Ctrl sends on touch too", { ctrlKey: true }, true, true],
    ["with Cmd sends", { metaKey: true }, false, true],
    ["takes a suggestion while composing", { isComposing: true }, false, false],
    ["takes a suggestion in Safari", { keyCode: 229 }, false, false],
  ])) {
    test(name, () => assert.equal(isSendKey({ ...key, ...none, ...event }, touch), expected));
  }
});

describe("a text", () => {
  test("loses the blank lines around it but keeps its indentation", () => {
    assert.equal(cleanText("\n \n  two\n\n  three \n\n"), "  two\n\n  three");
    assert.equal(cleanText(" \n\t\n "), "");
  });
  test("loses lone surrogates, which cannot be stored", () => {
    assert.equal(cleanText("a\ud83d b"), "a\ufffd b");
    assert.equal(cleanText("a\u{1f600}"), "a\u{1f600}");
  });
  test("is counted in code points", () => assert.equal(length("a\u{1f600}é"), 3));
});

describe("the announcer", () => {
  test("says the newest message of somebody else", () => {
    const list = [message(1), message(2, { by: "ben", body: "hi" }), message(3, { by: "me" })];
    assert.equal(sentenceFor(list, "me", { names: new Map(), hidden: new Set() }), "Ben says: hi");
  });
  test("does not mention joins and deleted messages", () => {
    const list = [message(1, { kind: "join" }), message(2, { deleted: true })];
    assert.equal(sentenceFor(list, "me", { names: new Map(), hidden: new Set() }), "");
  });
});

describe("the view", () => {
  const list = messages(1, 1000);

  test("shows a few messages while it follows the end", () => {
    assert.deepEqual(seqs(slice(list, null)), seqs(messages(1001 - AT_END, 1000)));
    assert.ok(reachesEnd(list, null));
  });

  test("stays where it is when messages arrive", () => {
    const view = viewAtEnd(list);
    const first = 1001 - AT_END;
    // New messages are shown below, up to the cap.
    assert.deepEqual(seqs(slice(messages(1, 1100), view)), seqs(messages(first, 1100)));
    assert.deepEqual(seqs(slice(messages(1, 1300), view)), seqs(messages(first, first + CAP - 1)));
    assert.ok(!reachesEnd(messages(1, 1300), view));
  });

  test("counts a fold of joins and leaves as one row", () => {
    const crowd = messages(401, 1400).map((one) => ({
      ...one,
      kind: /** @type {const} */ ("join"),
    }));
    const mixed = [...messages(1, 400), ...crowd, ...messages(1401, 1410)];
    const shown = slice(mixed, null);
    assert.equal(shown[0].seq, 400 - (AT_END - 11) + 1);
    assert.equal(shown.at(-1)?.seq, 1410);
    assert.ok(reachesEnd(mixed, null));
    assert.equal(up(mixed, 1401), 400 - 99 + 1);
    assert.equal(slice(mixed, 302)[0].seq, 302);
    assert.equal(slice(mixed, 302).at(-1)?.seq, 1410);
  });

  test("reaches the first and the last message without exceeding the cap", () => {
    let view = viewAtEnd(list);
    for (let next = up(list, view); next !== view; next = up(list, view)) {
      view = next;
      assert.ok(slice(list, view).length <= CAP);
    }
    assert.equal(view, 1);
    for (let next = down(list, view); next !== view; next = down(list, view)) view = next;
    assert.equal(slice(list, view).at(-1)?.seq, 1000);
  });

  test("can be put around a message", () => {
    const shown = seqs(slice(list, around(list, 500)));
    assert.equal(shown.indexOf(500), CAP / 2);
  });

  test("of an empty log is empty", () => {
    assert.deepEqual(slice([], null), []);
    assert.equal(viewAtEnd([]), null);
    assert.equal(up([], null), null);
    assert.equal(down([], null), null);
  });
});

describe("the browser storage", () => {
  test("is separate for each person and room", () => {
    const storages = { local: storage(), session: storage() };
    createBrowserStorage("ada", "r1", storages).keepDraft("secret");
    assert.equal(createBrowserStorage("ada", "r1", storages).draft(), "secret");
    assert.equal(createBrowserStorage("ada", "r2", storages).draft(), "");
    assert.equal(createBrowserStorage("ben", "r1", storages).draft(), "");
  });

  test("is cleared when the room is left", () => {
    const storages = { local: storage(), session: storage() };
    const local = createBrowserStorage("ada", "r1", storages);
    local.keepDraft("x");
    local.keepReadUpTo(5);
    local.keepSnapshot(/** @type {any} */ ({}));
    local.clear();
    assert.deepEqual([Object.keys(storages.local), Object.keys(storages.session)], [[], []]);
  });

  describe("of drafts", () => {
    /** A browser, whose tabs are opened, reloaded and closed. */
    function browser() {
      const local = storage();
      /** @type {Set<string>} */
      const held = new Set();
      const locks = /** @type {any} */ ({
        async request(
          /** @type {string} */ name,
          /** @type {object} */ _options,
          /** @type {(lock: object | null) => unknown} */ granted,
        ) {
          const isFree = !held.has(name);
          held.add(name);
          granted(isFree ? { name } : null);
        },
        query: async () => ({ held: [...held].map((name) => ({ name })) }),
      });
      globalThis.addEventListener = () => {};
      return {
        /** Opens the page of a tab, with what the tab keeps. */
        async load(session = storage()) {
          const page = createBrowserStorage("ada", "r1", { local, session }, locks);
          const before = new Set(held);
          await page.takeOverDrafts();
          const own = [...held].filter((name) => !before.has(name));
          const leave = () => {
            for (const name of own) held.delete(name);
          };
          return { ...page, leave, session, local };
        },
      };
    }

    test("keeps each tab's own over a reload, whatever another tab sends", async () => {
      const { load } = browser();
      const [one, two] = [await load(), await load()];
      one.keepDraft("of one");
      two.keepDraft("of two");
      one.keepDraft("");
      two.leave();
      assert.equal((await load(two.session)).draft(), "of two");
      one.leave();
      assert.equal((await load(one.session)).draft(), "");
      assert.equal((await load()).draft(), "");
    });

    test("gives those of closed tabs to the next tab that is opened, once", async () => {
      const { load } = browser();
      const tabs = [await load(), await load(), await load()];
      for (const [number, tab] of tabs.entries()) tab.keepDraft(`of ${number}`);
      tabs[0].leave();
      tabs[1].leave();
      assert.equal((await load()).draft(), "of 0\n\nof 1");
      assert.equal((await load()).draft(), "");
      assert.equal(tabs[2].draft(), "of 2");
    });

    test("gives a duplicated tab nothing of its original", async () => {
      const { load } = browser();
      const one = await load();
      one.keepDraft("of one");
      const copy = await load(Object.assign(storage(), one.session));
      copy.keepDraft("");
      one.leave();
      assert.equal((await load(one.session)).draft(), "of one");
      assert.equal((await load()).draft(), "");
    });

    test("keeps an unfinished edit over a reload, beside the draft", async () => {
      const { load } = browser();
      const one = await load();
      const edit = { seq: 3, body: "hello", of: null };
      one.keepDraft("of one");
      one.keepEdit(edit);
      one.leave();
      const reloaded = await load(one.session);
      assert.deepEqual(reloaded.edit(), edit);
      assert.equal(reloaded.draft(), "of one");
      reloaded.keepEdit(null);
      assert.equal(reloaded.edit(), null);
    });

    test("gives one edit of a closed tab to the next, and the texts of others as a draft", async () => {
      const { load } = browser();
      const tabs = [await load(), await load()];
      const edits = tabs.map((_, number) => ({ seq: number, body: `of ${number}`, of: null }));
      for (const [number, tab] of tabs.entries()) tab.keepEdit(edits[number]);
      for (const tab of tabs) tab.leave();
      const next = await load();
      assert.deepEqual(next.edit(), edits[0]);
      assert.equal(next.draft(), "of 1");
      assert.equal((await load()).edit(), null);
    });

    test("ignores an edit of an unexpected shape", async () => {
      const { load } = browser();
      const one = await load();
      one.keepEdit(/** @type {any} */ ({ seq: "3", body: "x", of: null }));
      assert.equal(one.edit(), null);
    });

    test("deletes all when the room is left", async () => {
      const { load } = browser();
      const tabs = [await load(), await load()];
      for (const tab of tabs) tab.keepDraft("x");
      for (const tab of tabs) tab.keepEdit({ seq: 3, body: "x", of: null });
      tabs[0].clear();
      assert.deepEqual([Object.keys(tabs[0].local), Object.keys(tabs[0].session)], [[], []]);
    });
  });

  test("deletes another person's messages from the tab", () => {
    const storages = { local: storage(), session: storage() };
    createBrowserStorage("ada", "r1", storages).keepSnapshot(/** @type {any} */ ({}));
    createBrowserStorage("ben", "r1", storages).forgetOthers();
    assert.deepEqual(Object.keys(storages.session), []);
  });

  test("may be denied altogether", () => {
    const local = createBrowserStorage("ada", "r1", {});
    local.keepDraft("x");
    assert.equal(local.draft(), "");
    assert.equal(local.readUpTo(), null);
    assert.equal(local.snapshot(), null);
  });
});
