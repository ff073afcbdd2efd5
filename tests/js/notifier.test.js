import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { createNotifier } from "../../static/js/room/notifier.js";
import { createBellStorage } from "../../static/js/state/bell-storage.js";
import { message, storage } from "./helpers.js";

/** A browser with one tab of a room, of which this is known. */
function browser({ on = true, sound = true, position = "everything", local = storage() } = {}) {
  const bell = createBellStorage("me", local);
  const hidden = new Set(["eve"]);
  bell.change({ on, sound });
  /** @type {Chat.Message[]} */
  const log = [];
  /** What the system shows, by tag. @type {Map<string, any>} */
  const shown = new Map();
  const scene = {
    isHere: false,
    isOtherTabLookedAt: false,
    isAllowed: true,
    isSoundAllowed: true,
    isServerAway: false,
    readUpTo: 0,
    /** How far the server says that the person has read. */
    read: 0,
    sounds: 0,
    asked: 0,
    /** @type {any[]} */
    made: [],
    shown,
    log,
    /** Time passes, and what was begun is done. @param {number} [milliseconds] */
    async pass(milliseconds = 500) {
      mock.timers.tick(milliseconds);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    },
    /** @param {...Chat.Message} messages */
    come(...messages) {
      log.push(...messages);
      notifier.arrived(messages);
    },
    /** @param {Chat.Message} changed */
    async change(changed) {
      log.splice(
        log.findIndex(({ seq }) => seq === changed.seq),
        1,
        changed,
      );
      await notifier.changed([changed]);
      await scene.pass(0);
    },
  };
  const notifier = createNotifier({
    page: /** @type {any} */ ({
      me: { id: "me" },
      room: { id: "r1", code: "K7XM", title: "Ferry" },
      urls: { room: "/rooms/K7XM/" },
    }),
    session: /** @type {any} */ ({
      state: { messages: log, tail: null, room: null, names: new Map(), hidden },
      isMine: (/** @type {number} */ seq) => seq === 1,
      quote: () => null,
    }),
    unread: {
      get readUpTo() {
        return scene.readUpTo;
      },
      readElsewhere(seq) {
        scene.readUpTo = seq;
        void notifier.read(seq);
      },
    },
    tray: {
      get isAllowed() {
        return scene.isAllowed;
      },
      show: async (/** @type {any} */ { title, options }) => {
        shown.set(options.tag, { title, ...options });
        scene.made.push(shown.get(options.tag));
        return true;
      },
      shown: async (tag) => (shown.has(tag) ? [shown.get(tag)] : []),
      close: async (tag) => void shown.delete(tag),
    },
    looking: {
      get isHere() {
        return scene.isHere;
      },
      isAnywhere: async () => scene.isHere || scene.isOtherTabLookedAt,
    },
    sound: async () => {
      if (scene.isSoundAllowed) scene.sounds += 1;
      return scene.isSoundAllowed;
    },
    storage: bell,
    ask: async () => {
      scene.asked += 1;
      if (scene.isServerAway) throw new Error("no answer");
      return { bell: position, shows_text: true, read: scene.read };
    },
  });
  return Object.assign(scene, { notifier, bell });
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  Object.assign(globalThis, {
    document: { documentElement: { lang: "en" }, querySelector: () => null },
    location: { href: "https://chat.example.org/rooms/K7XM/" },
  });
});
afterEach(() => {
  mock.timers.reset();
  for (const name of ["document", "location"]) Reflect.deleteProperty(globalThis, name);
});

describe("somebody who is elsewhere", () => {
  test("is told of messages that come together once, with one sound", async () => {
    const tab = browser();
    tab.come(message(2));
    tab.come(message(3), message(4));
    await tab.pass();
    assert.equal(tab.made.length, 1);
    assert.deepEqual(tab.made[0].data.seqs, [2, 3, 4]);
    assert.equal(tab.made[0].data.url, "https://chat.example.org/rooms/K7XM/#m2");
    assert.equal(tab.sounds, 1);
    assert.equal(tab.made[0].silent, true, "the page made the sound");
  });

  test("is told of the next message together with those that are still shown", async () => {
    const tab = browser();
    tab.come(message(2));
    await tab.pass();
    tab.come(message(3));
    await tab.pass();
    assert.deepEqual(tab.shown.get("r1").data.seqs, [2, 3]);
    assert.equal(tab.shown.get("r1").renotify, true);
    assert.equal(tab.sounds, 1, "two sounds within three seconds are one too many");
  });

  test("is told by one of several tabs", async () => {
    const local = storage();
    const tabs = [browser({ local }), browser({ local })];
    for (const tab of tabs) tab.come(message(2));
    for (const tab of tabs) await tab.pass();
    assert.equal(tabs.flatMap(({ made }) => made).length, 1);
    assert.equal(tabs[0].sounds + tabs[1].sounds, 1);
  });

  test("hears the system's own sound where the page may make none", async () => {
    const tab = browser();
    tab.isSoundAllowed = false;
    tab.come(message(2));
    await tab.pass();
    assert.equal(tab.made[0].silent, false);
  });

  test("hears the sound where no notification may be shown", async () => {
    const tab = browser();
    tab.isAllowed = false;
    tab.come(message(2));
    await tab.pass();
    assert.deepEqual([tab.made.length, tab.sounds], [0, 1]);
  });

  test("hears nothing with the sound off", async () => {
    const tab = browser({ sound: false });
    tab.come(message(2));
    await tab.pass();
    assert.deepEqual([tab.made[0].silent, tab.sounds], [true, 0]);
  });
});

describe("somebody who has just turned away from another tab", () => {
  test("is told once the browser says so", async () => {
    const tab = browser();
    tab.isOtherTabLookedAt = true;
    tab.come(message(2));
    await tab.pass();
    assert.equal(tab.made.length, 0);
    tab.isOtherTabLookedAt = false;
    await tab.pass(2500);
    assert.deepEqual(tab.made[0].data.seqs, [2]);
  });

  test("is told of nothing that was read there", async () => {
    const tab = browser();
    tab.isOtherTabLookedAt = true;
    tab.come(message(2));
    await tab.pass();
    await tab.notifier.read(2);
    tab.isOtherTabLookedAt = false;
    await tab.pass(2500);
    assert.equal(tab.made.length, 0);
  });

  test("is told of nothing if they still look ten seconds later", async () => {
    const tab = browser();
    tab.isOtherTabLookedAt = true;
    tab.come(message(2));
    await tab.pass();
    for (let n = 0; n < 4; n += 1) await tab.pass(2500);
    tab.isOtherTabLookedAt = false;
    await tab.pass(2500);
    assert.equal(tab.made.length, 0);
    tab.come(message(3));
    await tab.pass();
    assert.deepEqual(tab.made[0].data.seqs, [3]);
  });
});

describe("nobody is told", () => {
  /** @type {[string, (tab: ReturnType<typeof browser>) => void, Parameters<typeof browser>[0]?][]} */
  const rows = [
    ["who looks at the tab", (tab) => Object.assign(tab, { isHere: true })],
    [
      "who looks at another tab of the room",
      (tab) => Object.assign(tab, { isOtherTabLookedAt: true }),
    ],
    ["who has read it elsewhere meanwhile", (tab) => Object.assign(tab, { readUpTo: 2 })],
    ["who has turned notifications off here", () => {}, { on: false }],
    ["who wants nothing from the room", () => {}, { position: "nothing" }],
    ["who wants what is to them, of the rest", () => {}, { position: "to_me" }],
  ];
  for (const [who, arrange, options] of rows) {
    test(who, async () => {
      const tab = browser(options);
      arrange(tab);
      tab.come(message(2));
      await tab.pass();
      assert.deepEqual([tab.made.length, tab.sounds], [0, 0]);
    });
  }

  test("of their own words, joins, hidden people, and what is deleted before it is told", async () => {
    const tab = browser();
    tab.come(message(2, { by: "me" }), message(3, { kind: "join" }), message(4));
    tab.come(message(6, { by: "eve", mentions: ["me"] }));
    await tab.change(message(4, { changed: 5, deleted: true, body: "" }));
    await tab.pass();
    assert.equal(tab.made.length, 0);
  });
});

describe("what is to somebody", () => {
  test("is told also where the rest is not", async () => {
    const tab = browser({ position: "to_me" });
    tab.come(message(2), message(3, { mentions: ["me"] }), message(4, { reply_to: 1 }));
    await tab.pass();
    await tab.pass();
    assert.deepEqual(tab.made[0].data.seqs, [3, 4]);
  });

  test("is what is told of where the server does not say how the bell stands", async () => {
    const tab = browser();
    tab.isServerAway = true;
    tab.come(message(2));
    await tab.pass();
    tab.come(message(3, { mentions: ["me"] }));
    await tab.pass();
    assert.deepEqual(
      tab.made.map(({ data }) => data.seqs),
      [[3]],
    );
  });
});

describe("a notification that is shown", () => {
  test("loses a message that is deleted, in silence, and goes with the last", async () => {
    const tab = browser();
    tab.come(message(2), message(3));
    await tab.pass();
    await tab.change(message(3, { changed: 4, deleted: true, body: "" }));
    const left = tab.shown.get("r1");
    assert.deepEqual([left.data.seqs, left.silent, left.renotify], [[2], true, false]);
    await tab.change(message(2, { changed: 5, deleted: true, body: "" }));
    assert.equal(tab.shown.size, 0);
  });

  test("says what a message says after an edit", async () => {
    const tab = browser();
    tab.come(message(2));
    await tab.pass();
    await tab.change(message(2, { changed: 3, body: "other words" }));
    assert.equal(tab.shown.get("r1").body, "Ada: other words");
  });

  test("goes once its messages are read elsewhere, and the next one waits for that", async () => {
    const tab = browser();
    tab.come(message(2), message(3));
    await tab.pass();
    await tab.notifier.read(2);
    assert.equal(tab.shown.size, 1, "one of the two is unread");
    await tab.notifier.read(3);
    assert.equal(tab.shown.size, 0);
    tab.come(message(4));
    await tab.pass(2000);
    assert.equal(tab.shown.size, 0);
    await tab.notifier.read(4);
    await tab.pass(2000);
    assert.equal(tab.made.length, 1);
  });

  test("goes when the person is in the room no longer", async () => {
    const tab = browser();
    tab.come(message(2));
    await tab.pass();
    tab.come(message(3));
    await tab.notifier.end();
    await tab.pass();
    assert.equal(tab.shown.size, 0);
  });

  test("of web push goes as well", async () => {
    const tab = browser();
    tab.shown.set("r1", { data: { kind: "messages", seq: 7 } });
    await tab.notifier.read(7);
    assert.equal(tab.shown.size, 0);
  });
});

describe("the server is asked how the bell stands", () => {
  test("once in five minutes while nothing is to be told, and after it was turned here", async () => {
    const tab = browser({ position: "to_me" });
    for (const [seq, wait] of [
      [2, 0],
      [3, 298_000],
      [4, 2_000],
    ]) {
      await tab.pass(wait);
      tab.come(message(seq));
      await tab.pass();
    }
    assert.equal(tab.asked, 2);
    tab.notifier.turned();
    tab.come(message(5));
    await tab.pass();
    assert.equal(tab.asked, 3);
    assert.equal(tab.made.length, 0);
  });

  test("again just before something is told, ten seconds later", async () => {
    const tab = browser();
    for (const [seq, wait] of [
      [2, 0],
      [3, 9_000],
      [4, 9_000],
    ]) {
      await tab.pass(wait);
      tab.come(message(seq));
      await tab.pass();
    }
    assert.deepEqual([tab.made.length, tab.asked], [3, 2]);
  });

  test("and how far the person has read: what they have read elsewhere is not told", async () => {
    const tab = browser();
    tab.come(message(2), message(3));
    tab.read = 3;
    await tab.pass();
    assert.deepEqual([tab.made.length, tab.readUpTo], [0, 3]);
  });

  test("and again if they are reading elsewhere at this moment", async () => {
    const tab = browser();
    tab.come(message(2), message(3));
    tab.read = 2;
    await tab.pass();
    assert.equal(tab.made.length, 0, "they may come to the rest in a moment");
    tab.come(message(4));
    tab.read = 3;
    await tab.pass(2500);
    assert.equal(tab.made.length, 0);
    await tab.pass(2500);
    assert.deepEqual(tab.made[0].data.seqs, [4]);
  });
});
