import assert from "node:assert/strict";
import { test } from "node:test";

import { forget, keep, take } from "../../static/js/lib/sent-form.js";

/** @returns {Storage} */
function storage() {
  const kept = new Map();
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => kept.set(key, text),
    removeItem: (/** @type {string} */ key) => kept.delete(key),
  });
}

const FORM = "https://chat.example/";

test("a form that was sent is taken once, and only for its own address", () => {
  const tab = storage();
  keep(
    FORM,
    [
      ["name", "Ada"],
      ["join", ""],
    ],
    tab,
  );
  assert.deepEqual(take(FORM, tab), {
    action: FORM,
    fields: [
      ["name", "Ada"],
      ["join", ""],
    ],
  });
  assert.equal(take(FORM, tab), null);
  keep(FORM, [["name", "Ada"]], tab);
  assert.equal(take("https://chat.example/history/", tab), null);
  keep(FORM, [["name", "Ada"]], tab);
  forget(tab);
  assert.equal(take(FORM, tab), null);
});

test("a form with a secret in it is not kept", () => {
  const tab = storage();
  keep(FORM, [["name", "Ada"]], tab);
  keep(
    FORM,
    [
      ["name", "Ada"],
      ["passcode", "sesame"],
    ],
    tab,
  );
  assert.equal(take(FORM, tab), null);
});
