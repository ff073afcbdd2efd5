import assert from "node:assert/strict";
import { test } from "node:test";

import { createMissedMessages } from "../../static/js/room/missed-messages.js";
import { message } from "./helpers.js";

function createNotice() {
  const notice = { text: "" };
  const show = (/** @type {string} */ _tone, /** @type {string} */ text) => {
    notice.text = text;
    return (/** @type {string} */ replacement) => {
      notice.text = replacement;
    };
  };
  const missedMessages = createMissedMessages({
    notice: { show, hide() {} },
    me: "me",
    hidden: () => new Set(["eve"]),
    goToUnreadLine() {},
  });
  return { missedMessages, notice };
}

test("the count of missed messages leaves out those of a person who was hidden since", () => {
  const { missedMessages, notice } = createNotice();
  missedMessages.show([4, 5]);
  missedMessages.update([message(5, { by: "eve" })]);
  assert.equal(notice.text, "You missed 1 message");
});

test("the count of missed messages leaves out those deleted since", () => {
  const { missedMessages, notice } = createNotice();
  missedMessages.show([4, 5]);
  assert.equal(notice.text, "You missed 2 messages");
  missedMessages.update([message(5, { deleted: true }), message(9, { deleted: true })]);
  assert.equal(notice.text, "You missed 1 message");
  missedMessages.update([message(4, { deleted: true })]);
  assert.equal(notice.text, "");
});

test("no notice is shown when nothing was missed", () => {
  const { missedMessages, notice } = createNotice();
  missedMessages.show([]);
  assert.equal(notice.text, "");
});
