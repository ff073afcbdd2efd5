import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { partsOf } from "../../static/js/log/markup.js";
import { isEmojiOnly } from "../../static/js/log/message-text.js";

describe("a text of nothing but emoji", () => {
  for (const text of ["👋", "👩‍👩‍👧 🇩🇪", "❤️", "1️⃣", "👍🏽"]) {
    test(text, () => assert.ok(isEmojiOnly(text)));
  }
  for (const text of ["", "1", "👋 hi", "#", "👋".repeat(30)]) {
    test(`not ${JSON.stringify(text.slice(0, 8))}`, () => assert.ok(!isEmojiOnly(text)));
  }
});

describe("an address", () => {
  test("goes on in the next line behind a sign that parts it", () => {
    assert.deepEqual(partsOf("https://pier.example/2026/site-plan?layers=2&zoom=17#stage"), [
      "https://pier.example/",
      "2026/",
      "site-",
      "plan?",
      "layers=",
      "2&",
      "zoom=",
      "17#",
      "stage",
    ]);
  });

  test("is never broken behind its scheme, between signs, or before its last letter", () => {
    for (const whole of ["https://pier.example/", "http://localhost", "www.pier.example/a"]) {
      assert.deepEqual(partsOf(whole), [whole]);
    }
    assert.deepEqual(partsOf("https://a.example//b?&c="), ["https://a.example//", "b?&", "c="]);
  });
});
