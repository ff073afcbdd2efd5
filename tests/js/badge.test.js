import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { createBadge } from "../../static/js/room/badge.js";

/** The numbers that the icon of the installed page was given. @type {number[]} */
let shown = [];
const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");

beforeEach(() => {
  shown = [];
  Object.defineProperty(globalThis, "navigator", {
    value: { setAppBadge: async (/** @type {number} */ count) => shown.push(count) },
    configurable: true,
  });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, "navigator");
  if (before) Object.defineProperty(globalThis, "navigator", before);
});

/** A tab, in the background or not. */
function tab() {
  const page = Object.assign(new EventTarget(), {
    hidden: true,
    title: "Ferry · Roomcode",
    querySelector: () => null,
    /** @param {boolean} hidden */
    hide(hidden) {
      page.hidden = hidden;
      page.dispatchEvent(new Event("visibilitychange"));
    },
  });
  return page;
}

describe("the badge", () => {
  test("of an earlier page, which was closed with a number on it, goes", () => {
    createBadge(/** @type {any} */ (tab()), "");
    assert.deepEqual(shown, [0]);
  });

  test("says what is new while the tab is in the background, and nothing once it is seen", () => {
    const page = tab();
    const badge = createBadge(/** @type {any} */ (page), "");
    badge.set(3, 1);
    badge.setWaiting(2);
    assert.equal(page.title, "(✋2 · @1 · 3) Ferry · Roomcode");
    badge.setElsewhere(1);
    assert.equal(page.title, "(✋2 · @2 · 3) Ferry · Roomcode");
    page.title = "(✋2 · @2 · 3) Cake · Roomcode";
    page.hide(false);
    assert.equal(page.title, "Cake · Roomcode");
    assert.deepEqual(shown, [0, 3, 5, 6, 0]);
  });
});
