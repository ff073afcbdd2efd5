import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { Refused } from "../../static/js/lib/json-requests.js";
import { tryOut } from "../../static/js/room/bell-test.js";
import { createBellStorage } from "../../static/js/state/bell-storage.js";
import { storage } from "./helpers.js";

/** The service worker, and who listens to it. */
class Worker extends EventTarget {
  /** @type {AbortSignal[]} */
  signals = [];

  /** @param {string} type @param {any} listener @param {any} [options] */
  addEventListener(type, listener, options) {
    this.signals.push(options.signal);
    super.addEventListener(type, listener, options);
  }

  arrive() {
    this.dispatchEvent(new MessageEvent("message", { data: { type: "shown", kind: "test" } }));
  }
}

let worker = new Worker();
const kept = ["navigator", "Notification", "isSecureContext"].map(
  (name) => /** @type {const} */ ([name, Object.getOwnPropertyDescriptor(globalThis, name)]),
);

/** @param {NotificationPermission} permission */
function browser(permission, isSecure = true) {
  worker = new Worker();
  const values = {
    navigator: { serviceWorker: worker },
    Notification: { permission },
    isSecureContext: isSecure,
  };
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
}

/** @param {() => Promise<void>} send @param {object} [settings] */
function attempt(send, settings = { endpoint: "https://push.example.net/1" }) {
  const bell = createBellStorage("me", storage());
  bell.change({ on: true, sound: false, ...settings });
  const page = /** @type {any} */ ({ room: { title: "Ferry", code: "K7XM" } });
  return tryOut({ push: /** @type {any} */ ({ test: send }), storage: bell, page });
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
  mock.timers.reset();
  for (const [name, property] of kept) {
    if (property) Object.defineProperty(globalThis, name, property);
    else Reflect.deleteProperty(globalThis, name);
  }
});

describe("a test of notifications", () => {
  test("says that it has arrived, and listens no longer", async () => {
    browser("granted");
    assert.match(await attempt(async () => worker.arrive()), /has arrived/);
    assert.deepEqual(
      worker.signals.map(({ aborted }) => aborted),
      [true],
    );
  });

  test("says why the push service did not take it, and listens no longer", async () => {
    browser("granted");
    const send = async () => Promise.reject(new Refused("The push service has no time."));
    assert.equal(await attempt(send), "The push service has no time.");
    assert.ok(worker.signals.every(({ aborted }) => aborted));
  });

  test("says that the browser does not allow any", async () => {
    browser("denied");
    assert.match(await attempt(async () => {}), /does not allow/);
  });

  test("on http says only what came of the sound", async () => {
    browser("denied", false);
    const said = await attempt(async () => {}, { sound: true, endpoint: "" });
    assert.equal(said, "No sound could be made here.");
  });
});
