import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { complete } from "../../static/js/compose/emoji.js";
import { shortcodeAt } from "../../static/js/compose/emoji-completion.js";
import { candidates, wordAt } from "../../static/js/compose/mention-completion.js";
import { whoReacted } from "../../static/js/log/message-extras.js";
import { actionsFor, excerpt, lastOfMine } from "../../static/js/state/message-actions.js";
import {
  advanceReads,
  readersOfLastMessage,
  updatePinned,
  updateQuoted,
} from "../../static/js/state/room-extras.js";
import { initial } from "../../static/js/state/store.js";
import { message, seqs } from "./helpers.js";

/** @param {Chat.Role} role */
const you = (role) => ({ id: "me", name: "Me", role });

describe("the actions on a message", () => {
  test("of others: react, reply, copy, report", () => {
    const offered = actionsFor(message(1), you("member"));
    assert.deepEqual(offered, ["react", "reply", "text", "link", "hide", "report"]);
    const hiding = { ...you("member"), hidden: ["ada"] };
    assert.ok(actionsFor(message(1), hiding).includes("unhide"));
    assert.ok(actionsFor(message(1, { by: "ben" }), hiding).includes("hide"));
  });

  test("of mine: edit and delete as well", () => {
    const offered = actionsFor(message(1, { by: "me" }), you("member"));
    assert.deepEqual(offered, ["react", "reply", "edit", "text", "link", "delete"]);
  });

  test("for a moderator: pin, unpin, delete", () => {
    assert.ok(actionsFor(message(1), you("moderator")).includes("delete"));
    assert.ok(actionsFor(message(1), you("owner")).includes("pin"));
    assert.ok(actionsFor(message(1, { pinned: true }), you("owner")).includes("unpin"));
  });

  test("that was deleted: none", () => {
    assert.deepEqual(actionsFor(message(1, { deleted: true }), you("owner")), []);
  });

  test("Up edits my last message that was not deleted", () => {
    const list = [message(1, { by: "me" }), message(2, { by: "me", deleted: true }), message(3)];
    assert.equal(lastOfMine(list, "me")?.seq, 1);
  });

  test("a quote is one line", () => {
    assert.equal(excerpt(message(1, { body: " a\n\n b " })), "a b");
    assert.equal(excerpt(message(1, { body: "👍🏽".repeat(9) }), 4), "👍🏽👍🏽…");
    const html =
      '<p><a href="/?a>b">1</a> &lt; <em>2</em> &amp;lt;</p><ul><li>x</li><li>y</li></ul>';
    assert.equal(excerpt(message(1, { body: "[1](…) < *2* …", html })), "1 < 2 &lt; x · y");
    const list = {
      body: "The list:\n\n1. a\n2. b",
      html: '<p>The list:</p><ol><li value="1">a</li><li value="2">b</li></ol>',
    };
    assert.equal(excerpt(message(1, list)), "The list: a · b");
  });
});

describe("the state beside the log", () => {
  test("pins are added, change in place and are removed", () => {
    const first = updatePinned([], [message(1, { pinned: true }), message(2, { pinned: true })]);
    assert.deepEqual(seqs(first), [1, 2]);
    const edited = updatePinned(first, [message(1, { pinned: true, body: "new" })]);
    assert.deepEqual([seqs(edited), edited[0].body], [[1, 2], "new"]);
    assert.deepEqual(
      seqs(updatePinned(edited, [message(1), message(2, { deleted: true, pinned: true })])),
      [],
    );
    assert.equal(updatePinned(first, [message(7)]), first);
  });

  test("a quoted message follows its changes", () => {
    const quoted = new Map([[1, message(1)]]);
    assert.equal(updateQuoted(quoted, [message(1, { body: "new" })]).get(1)?.body, "new");
    assert.equal(updateQuoted(quoted, [message(2)]), quoted);
  });

  test("read positions never move back", () => {
    const reads = advanceReads(new Map([["ada", 5]]), [
      { id: "ada", seq: 3 },
      { id: "ben", seq: 4 },
    ]);
    assert.deepEqual(
      [...reads],
      [
        ["ada", 5],
        ["ben", 4],
      ],
    );
  });

  test("my last message was read by those whose position is there", () => {
    const state = {
      ...initial(you("member")),
      messages: [message(1), message(2, { by: "me" })],
      members: new Map(["me", "ada", "ben"].map((id) => [id, { id, name: id }])),
      reads: new Map([
        ["ada", 2],
        ["ben", 1],
      ]),
    };
    assert.deepEqual(readersOfLastMessage(state), { names: ["ada"], everyone: false });
    assert.equal(
      readersOfLastMessage({ ...state, messages: [...state.messages, message(3)] }),
      null,
    );
  });

  test("the names of those who reacted begin with mine, and very many are counted", () => {
    const plain = (/** @type {string} */ text) => text.replace(/[\u2068\u2069]/g, "");
    assert.equal(plain(whoReacted(["ada", "me"], { ada: "Ada" }, "me")), "You and Ada");
    const ids = Array.from({ length: 12 }, (_, index) => `u${index}`);
    assert.match(whoReacted(ids, {}, "me"), /4 more$/);
  });
});

describe("completing a name", () => {
  test("begins with an @ that is not within a word", () => {
    assert.deepEqual(wordAt("hi @ad", 6), { start: 3, part: "ad" });
    assert.deepEqual(wordAt("@", 1), { start: 0, part: "" });
    assert.equal(wordAt("mail me@ad", 10), null);
    assert.equal(wordAt("hi there", 8), null);
  });

  test("offers people by the start of any word of their name, those present first", () => {
    const people = [
      { id: "1", name: "Zoe Adams", here: true },
      { id: "2", name: "Ada", here: false },
      { id: "3", name: "Ben", here: true },
    ];
    assert.deepEqual(
      candidates("ad", people).map(({ name }) => name),
      ["Zoe Adams", "Ada"],
    );
    assert.deepEqual(
      candidates("zoe a", people).map(({ name }) => name),
      ["Zoe Adams"],
    );
    assert.deepEqual(candidates("ada ", people), []);
  });

  test("finds a name however its apostrophe, dash or joiner is typed", () => {
    const typed = { "O'Brien": ["o’b", "O´B", "oʼbrien"], "Jean-Luc": ["jean–l"] };
    for (const [name, parts] of Object.entries(typed)) {
      for (const part of parts)
        assert.equal(candidates(part, [{ id: "1", name, here: true }]).length, 1);
    }
    const ali = { id: "2", name: "علی\u200cرضا", here: true };
    assert.equal(candidates("علیر", [ali]).length, 1);
    assert.equal(candidates("adalo", [{ id: "3", name: "Ada Lovelace", here: true }]).length, 1);
  });
});

describe("the name of an emoji", () => {
  test("follows a colon that does not end a word, an hour or an address", () => {
    assert.deepEqual(shortcodeAt("so :smi", 7), { start: 3, part: "smi" });
    assert.deepEqual(shortcodeAt("(:+1", 4), { start: 1, part: "+1" });
    for (const text of ["at 10:30", "so:smi", "a :smile:", "https://x", ":-)", "a : b"]) {
      assert.equal(shortcodeAt(text, text.length), null, text);
    }
  });

  test("is offered by its beginning, the shortest first, then by the beginnings of its words", () => {
    const codes = complete("smi").map(({ code }) => code);
    assert.deepEqual(codes.slice(0, 3), ["smile", "smirk", "smiley"]);
    assert.deepEqual(complete("TADA"), [{ sign: "🎉", code: "tada", rank: 4 }]);
    assert.ok(complete("popper").some(({ sign }) => sign === "🎉"));
    assert.deepEqual(complete("no_such"), []);
  });
});
