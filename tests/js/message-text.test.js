import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { isEmojiOnly } from "../../static/js/log/message-text.js";

describe("a text of nothing but emoji", () => {
  for (const text of ["👋", "👩‍👩‍👧 🇩🇪", "❤️", "1️⃣", "👍🏽"]) {
    test(text, () => assert.ok(isEmojiOnly(text)));
  }
  for (const text of ["", "1", "👋 hi", "#", "👋".repeat(30)]) {
    test(`not ${JSON.stringify(text.slice(0, 8))}`, () => assert.ok(!isEmojiOnly(text)));
  }
});
