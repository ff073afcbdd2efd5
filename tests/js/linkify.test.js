import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { isEmojiOnly, mentions, tokens } from "../../static/js/linkify.js";

/** @param {string} text */
function links(text) {
  return tokens(text).flatMap((token) => (token.type === "link" ? token.text : []));
}

/** @param {Chat.Token[]} list */
function whole(list) {
  return list.map(({ text }) => text).join("");
}

describe("links", () => {
  for (const [text, expected] of [
    ["see https://example.com.", "https://example.com"],
    ["(https://example.com/a)", "https://example.com/a"],
    ["https://en.wikipedia.org/wiki/Rust_(game)!", "https://en.wikipedia.org/wiki/Rust_(game)"],
    ["https://example.com/?q=a&b=c#d, yes", "https://example.com/?q=a&b=c#d"],
    ["HTTP://EXAMPLE.COM/x", "HTTP://EXAMPLE.COM/x"],
    ["www.example.com/x", "www.example.com/x"],
    ["去看https://example.com/。", "https://example.com/"],
  ]) {
    test(text, () => assert.deepEqual(links(text), [expected]));
  }

  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://example.com",
    "https://",
    "http://[",
    "xhttps//example.com",
    "https://bank.example@elsewhere.example/",
  ]) {
    test(`${text} is none`, () => assert.deepEqual(links(text), []));
  }

  test("what was typed is what is shown, and the address is complete", () => {
    const [token] = tokens("www.example.com");
    assert.deepEqual(token, {
      type: "link",
      text: "www.example.com",
      href: "https://www.example.com/",
    });
  });

  test("an address does not run on through text direction controls", () => {
    assert.deepEqual(links("https://example.com/\u202egnp.exe"), ["https://example.com/"]);
  });
});

describe("code", () => {
  test("stands between back ticks, and holds no links", () => {
    assert.deepEqual(tokens("run `curl https://x.org` now"), [
      { type: "text", text: "run " },
      { type: "code", text: "curl https://x.org" },
      { type: "text", text: " now" },
    ]);
  });

  test("blocks keep their lines and their language", () => {
    assert.deepEqual(tokens("look:\n```js\nlet a;\n\nlet b;\n```\ndone"), [
      { type: "text", text: "look:\n" },
      { type: "block", language: "js", text: "let a;\n\nlet b;" },
      { type: "text", text: "done" },
    ]);
  });

  test("a fence that does not end is text", () => {
    assert.deepEqual(tokens("```\nhello"), [{ type: "text", text: "```\nhello" }]);
  });
});

describe("mentions", () => {
  test("are of the whole name, in any case", () => {
    assert.ok(mentions("hi @ada!", "Ada"));
    assert.ok(mentions("@Ada Lovelace, hi", "Ada Lovelace"));
    assert.ok(!mentions("hi @adam", "Ada"));
    assert.ok(!mentions("mail me@ada.org", "Ada"));
    assert.ok(!mentions("Ada", "Ada"));
  });

  test("a name may hold what patterns are made of", () => {
    assert.ok(mentions("@a.*(b)", "a.*(b)"));
    assert.ok(!mentions("@axx(b)", "a.*(b)"));
  });

  test("nobody is mentioned without a name", () => assert.ok(!mentions("@", "")));
});

describe("any name can be mentioned", () => {
  const { names } = JSON.parse(readFileSync("tests/data/awkward.json", "utf8"));
  for (const name of names) {
    test(name, () => {
      assert.ok(mentions(`hello @${name} there`, name));
      assert.ok(!mentions("hello there", name));
    });
  }
});

test("no character is lost", () => {
  const text = "a https://b.c/d. `e` @Ada \u{1f600}\n http://x";
  assert.equal(whole(tokens(text, "Ada")), text.replaceAll("`", ""));
});

test("a long text without any of it takes no time to speak of", () => {
  const started = performance.now();
  for (const text of [
    "(".repeat(4000),
    "https://".repeat(500),
    `https://a${").".repeat(2000)}`,
    "`".repeat(4000),
    "@".repeat(4000),
  ]) {
    tokens(text, "Ada");
    isEmojiOnly(text);
  }
  assert.ok(performance.now() - started < 500);
});

describe("emoji only", () => {
  for (const text of ["👋", "👩‍👩‍👧 🇩🇪", "❤️", "1️⃣", "👍🏽"]) {
    test(text, () => assert.ok(isEmojiOnly(text)));
  }
  for (const text of ["", "1", "👋 hi", "#", "👋".repeat(30)]) {
    test(`not ${JSON.stringify(text.slice(0, 8))}`, () => assert.ok(!isEmojiOnly(text)));
  }
});
