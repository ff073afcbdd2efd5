import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { createAnnouncer, sentenceFor } from "../../static/js/room/announcer.js";
import { message } from "./helpers.js";

test("what a hidden person says is not read out, and hides nothing before it", () => {
  const fresh = [message(1), message(2, { by: "eve" })];
  const state = { names: new Map(), hidden: new Set(["eve"]) };
  assert.equal(sentenceFor(fresh, "me", state), "Ada says: message 1");
});

describe("announcements", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  test("of those that come together, the first and the last are spoken", () => {
    const region = /** @type {HTMLElement} */ ({ textContent: "" });
    const announcer = createAnnouncer(region);
    announcer.say("Ben says: one");
    announcer.say("Ben says: two");
    announcer.say("Ben says: three");
    assert.equal(region.textContent, "Ben says: one");
    mock.timers.tick(1500);
    assert.equal(region.textContent, "Ben says: three");
  });

  test("one that waits is not lost to a message that is not spoken", () => {
    const region = /** @type {HTMLElement} */ ({ textContent: "" });
    const announcer = createAnnouncer(region);
    announcer.say("Copied");
    announcer.say("Ben says: hello");
    announcer.say("");
    mock.timers.tick(1500);
    assert.equal(region.textContent, "Ben says: hello");
  });
});
