import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { loadStyle, openModal, openPopover } from "../../static/js/lib/dom.js";

/** The links in the page's head. @type {any[]} */
let links = [];

beforeEach(() => {
  links = [];
  Object.assign(globalThis, {
    document: {
      createElement: () => {
        const link = Object.assign(new EventTarget(), {
          setAttribute() {},
          append() {},
          remove: () => links.splice(links.indexOf(link), 1),
        });
        return link;
      },
      head: { append: (/** @type {any} */ link) => links.push(link) },
    },
  });
});
afterEach(() => Reflect.deleteProperty(globalThis, "document"));

describe("a style sheet", () => {
  test("that is on its way is waited for by everybody who wants it, and loaded once", async () => {
    let ready = 0;
    const both = [1, 2].map(() =>
      loadStyle("/static/help.css").then(() => {
        ready += 1;
      }),
    );
    await Promise.resolve();
    assert.deepEqual([links.length, ready], [1, 0]);
    links[0].dispatchEvent(new Event("load"));
    await Promise.all(both);
    await loadStyle("/static/help.css");
    assert.deepEqual([links.length, ready], [1, 2]);
  });

  test("that could not be loaded is tried again", async () => {
    const first = loadStyle("/static/sheet.css");
    links[0].dispatchEvent(new Event("error"));
    await assert.rejects(first, /no \/static\/sheet.css/);
    const second = loadStyle("/static/sheet.css");
    links[0].dispatchEvent(new Event("load"));
    await second;
  });
});

describe("what was asked for twice while it was being loaded", () => {
  test("opens once as a dialog", () => {
    let times = 0;
    const dialog = /** @type {any} */ ({
      open: false,
      showModal: () => {
        times += 1;
        dialog.open = true;
      },
    });
    openModal(dialog);
    openModal(dialog);
    assert.equal(times, 1);
  });

  test("opens once as a popover", () => {
    let times = 0;
    const popover = /** @type {any} */ ({
      matches: () => times > 0,
      showPopover: () => {
        times += 1;
      },
    });
    openPopover(popover);
    openPopover(popover);
    assert.equal(times, 1);
  });
});
