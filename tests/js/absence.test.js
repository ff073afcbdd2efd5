import assert from "node:assert/strict";
import { test } from "node:test";

import { createAbsence } from "../../static/js/room/missed-messages.js";
import { message } from "./helpers.js";

function line() {
  const said = { text: "" };
  const show = (/** @type {string} */ text) => {
    said.text = text;
    return (/** @type {string} */ instead) => {
      said.text = instead;
    };
  };
  const absence = createAbsence({ notice: { show, hide() {} }, me: "me", toLine() {} });
  return { absence, said };
}

test("what was missed is counted without what is deleted since", () => {
  const { absence, said } = line();
  absence.missed([4, 5]);
  assert.equal(said.text, "You missed 2 messages");
  absence.changed([message(5, { deleted: true }), message(9, { deleted: true })]);
  assert.equal(said.text, "You missed 1 message");
  absence.changed([message(4, { deleted: true })]);
  assert.equal(said.text, "");
});

test("where nothing was missed nothing is said", () => {
  const { absence, said } = line();
  absence.missed([]);
  assert.equal(said.text, "");
});
