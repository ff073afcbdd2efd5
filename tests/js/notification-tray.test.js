import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { createNotificationTray } from "../../static/js/room/notification-tray.js";

/** A notification of a page without a service worker; it tells of its end later, as browsers do. */
class FakeNotification extends EventTarget {
  static permission = "granted";
  isClosed = false;

  /** @param {string} title @param {NotificationOptions} options */
  constructor(title, options) {
    super();
    this.title = title;
    this.tag = options.tag;
  }

  close() {
    this.isClosed = true;
    queueMicrotask(() => this.dispatchEvent(new Event("close")));
  }
}

const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
beforeEach(() => {
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  Object.assign(globalThis, { Notification: FakeNotification });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, "Notification");
  Reflect.deleteProperty(globalThis, "navigator");
  if (before) Object.defineProperty(globalThis, "navigator", before);
});

describe("a page that shows its notifications itself", () => {
  test("can close the second of a room, after the first has made way for it", async () => {
    const tray = createNotificationTray(() => {});
    await tray.show({ title: "Ferry", options: { tag: "r1", body: "one" } });
    await tray.show({ title: "Ferry", options: { tag: "r1", body: "two" } });
    const [second, ...others] = /** @type {any[]} */ (await tray.shown("r1"));
    assert.deepEqual([second.isClosed, others], [false, []]);
    await tray.close("r1");
    assert.ok(second.isClosed);
    assert.deepEqual(await tray.shown("r1"), []);
  });
});
