import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEmojiRecents } from "../../static/js/compose/emoji-recents.js";
import { search } from "../../static/js/compose/emoji-search.js";
import { shortcutOf } from "../../static/js/lib/keyboard.js";
import { direction, follow } from "../../static/js/log/swipe.js";
import { places } from "../../static/js/room/search-hits.js";
import { isToMe } from "../../static/js/state/messages.js";
import { createUnread } from "../../static/js/state/unread.js";
import { message } from "./helpers.js";

describe("a shortcut", () => {
  // Node has no document, and so no element that a key could be typed into.
  before(() => Reflect.set(globalThis, "HTMLElement", class {}));
  after(() => Reflect.deleteProperty(globalThis, "HTMLElement"));

  const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  for (const [name, event, expected] of /** @type {const} */ ([
    ["Ctrl+K searches", { key: "k", ctrlKey: true }, "search"],
    ["⌘K searches", { key: "k", metaKey: true }, "search"],
    ["Ctrl+Shift+K is the browser's", { key: "K", ctrlKey: true, shiftKey: true }, null],
    ["Ctrl+F is the browser's", { key: "f", ctrlKey: true }, null],
    ["/ searches where nothing is typed", { key: "/" }, "search"],
    ["? asks for help where nothing is typed", { key: "?", shiftKey: true }, "help"],
    ["Ctrl+/ asks for help", { key: "/", ctrlKey: true }, "help"],
    ["AltGr types a sign", { key: "/", ctrlKey: true, altKey: true }, null],
    ["a letter is text", { key: "k" }, null],
  ])) {
    test(name, () => {
      const pressed = { defaultPrevented: false, keyCode: 0, target: null, ...none, ...event };
      assert.equal(shortcutOf(/** @type {any} */ (pressed)), expected);
    });
  }
});

describe("a finger", () => {
  test("swipes once it goes sideways much more than up or down", () => {
    assert.equal(direction(8, 3), "unknown");
    assert.equal(direction(30, 3), "swipe");
    assert.equal(direction(30, 20), "other");
    assert.equal(direction(3, -40), "other");
    assert.equal(direction(-40, 0), "other");
  });
  test("takes a message along, and not too far", () => {
    assert.deepEqual([-20, 12, 40, 900].map(follow), [0, 0, 28, 80]);
  });
});

describe("words that were found", () => {
  test("are marked in whatever case they stand, each time, in order", () => {
    assert.deepEqual(places("Ferry, ferries, ferry", ["ferry", "Ferries"]), [
      { start: 0, end: 5 },
      { start: 7, end: 14 },
      { start: 16, end: 21 },
    ]);
    assert.deepEqual(places("nothing", [""]), []);
  });
  test("stand in their place behind a letter that gets longer in lower case", () => {
    assert.deepEqual(places("İstanbul ferry", ["ferry"]), [{ start: 9, end: 14 }]);
  });
});

describe("new messages that mention me", () => {
  test("are told in order, without those that are read or before a place", () => {
    const unread = createUnread({
      me: "u_me",
      readUpTo: 2,
      hidden: () => new Set(),
      isToMe: (message) => isToMe(message, "u_me", () => false),
      onRead() {},
      onCount() {},
    });
    unread.arrived([
      message(6, { mentions: ["u_me"] }),
      message(2, { mentions: ["u_me"] }),
      message(4, { mentions: ["u_me"] }),
      message(5, {}),
    ]);
    assert.deepEqual(unread.toMeAfter(0), [4, 6]);
    assert.deepEqual(unread.toMeAfter(4), [6]);
    unread.readElsewhere(6);
    assert.deepEqual(unread.toMeAfter(0), []);
  });
});

describe("an emoji", () => {
  test("is found by what people call it", () => {
    const first = /** @param {string} words */ (words) => search(words)[0]?.sign;
    assert.equal(first("eyes"), "👀");
    assert.equal(first("tada"), "🎉");
    assert.equal(first("party pop"), "🎉");
    assert.ok(search("lol").some(({ sign }) => sign === "😂"));
    assert.ok(search("yay").some(({ sign }) => sign === "👏"));
    assert.ok(search("woohoo").some(({ sign }) => sign === "🎉"));
    assert.deepEqual(search("xyzzy"), []);
  });
  test("that was chosen is offered first the next time, once", () => {
    /** @type {Map<string, string>} */
    const kept = new Map();
    const storage = /** @type {Storage} */ (
      /** @type {unknown} */ ({
        getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
        setItem: (/** @type {string} */ key, /** @type {string} */ text) => kept.set(key, text),
      })
    );
    const recents = createEmojiRecents("u_1", storage);
    for (const sign of ["👀", "🎉", "👀"]) recents.use(sign);
    assert.deepEqual(recents.signs, ["👀", "🎉"]);
    assert.deepEqual(createEmojiRecents("u_1", storage).signs, ["👀", "🎉"]);
    assert.deepEqual(createEmojiRecents("u_2", storage).signs, []);
    for (let n = 0; n < 40; n += 1) recents.use(`e${n}`);
    assert.equal(recents.signs.length, 24);
  });
});
