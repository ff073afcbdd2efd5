import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { toClipboard } from "../../static/js/lib/clipboard.js";

/** What can hold a field: the page, or a dialog over it. */
class Place {
  /** @type {any[]} */
  held = [];
  /** @param {any} field */
  append(field) {
    this.held.push(field);
  }
}

/** A page over http, which has no clipboard API. */
function page() {
  const button = Object.assign(Object.create(globalThis.HTMLElement.prototype), {
    isFocused: false,
    focus: () => {
      button.isFocused = true;
    },
  });
  const scene = {
    body: new Place(),
    /** @type {Place[]} */
    dialogs: [],
    activeElement: button,
    createElement: () => ({ select() {}, remove() {}, value: "" }),
    querySelectorAll: () => scene.dialogs,
    /** Copies what is in front. */
    execCommand: () => (scene.dialogs.at(-1) ?? scene.body).held.length === 1,
  };
  Object.assign(globalThis, { document: scene });
  return scene;
}

beforeEach(() => Object.assign(globalThis, { HTMLElement: class {} }));
afterEach(() => {
  for (const name of ["document", "HTMLElement"]) Reflect.deleteProperty(globalThis, name);
});

describe("without the clipboard API a text is copied", () => {
  test("from the page, and the focus stays where it was", async () => {
    const scene = page();
    assert.ok(await toClipboard("K7XM"));
    assert.ok(scene.activeElement.isFocused);
  });

  test("from the dialog that is open: all else is out of reach then", async () => {
    const scene = page();
    scene.dialogs = [new Place(), new Place()];
    assert.ok(await toClipboard("K7XM"));
    assert.deepEqual([scene.body.held.length, scene.dialogs[0].held.length], [0, 0]);
  });
});
