import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { createPushSubscription } from "../../static/js/net/push-subscription.js";

const DAY = 86_400_000;
/** The site's key, 65 bytes that are all 4, and another one. */
const KEY = btoa("\x04".repeat(65)).replace(/=+$/, "");
const OTHER_KEY = btoa("\x05".repeat(65)).replace(/=+$/, "");

/** @param {number} byte */
function subscription(byte, endpoint = "https://push.example.net/1") {
  const made = {
    endpoint,
    isEnded: false,
    options: { applicationServerKey: new Uint8Array(65).fill(byte).buffer },
    getKey: () => new Uint8Array([251, 255]).buffer,
    unsubscribe: async () => {
      made.isEnded = true;
      return true;
    },
  };
  return made;
}

/** A browser, and a site that answers by path. */
function scene() {
  const known = {
    /** @type {ReturnType<typeof subscription> | null} */
    subscription: null,
    /** @type {unknown} */
    refusal: null,
    /** @type {[string, Record<string, string>][]} */
    posted: [],
    /** @type {Record<string, unknown>} */
    answers: { "/push/": { key: KEY }, "/push/seen/": { known: true }, "/push/forget/": {} },
    isSecure: true,
    isAway: false,
    status: 200,
  };
  const pushManager = {
    getSubscription: async () => (known.subscription?.isEnded ? null : known.subscription),
    subscribe: async () => {
      if (known.refusal) throw known.refusal;
      known.subscription = subscription(4, "https://push.example.net/new");
      return known.subscription;
    },
  };
  Object.defineProperties(globalThis, {
    isSecureContext: { get: () => known.isSecure, configurable: true },
    navigator: {
      value: { serviceWorker: { getRegistration: async () => ({ pushManager }) } },
      configurable: true,
    },
    fetch: {
      value: async (/** @type {string} */ path, /** @type {any} */ { method, body } = {}) => {
        if (known.isAway) throw new TypeError("Failed to fetch");
        if (method === "POST") known.posted.push([path, Object.fromEntries(body)]);
        const answer = known.answers[path];
        return new Response(JSON.stringify(answer), { status: known.status });
      },
      configurable: true,
    },
    document: { value: { querySelector: () => null }, configurable: true },
  });
  return known;
}

/** @type {Record<string, PropertyDescriptor | undefined>} */
const before = {};
beforeEach(() => {
  for (const name of ["navigator", "fetch", "isSecureContext", "document"]) {
    before[name] = Object.getOwnPropertyDescriptor(globalThis, name);
  }
});
afterEach(() => {
  for (const [name, property] of Object.entries(before)) {
    if (property) Object.defineProperty(globalThis, name, property);
    else Reflect.deleteProperty(globalThis, name);
  }
});

describe("subscribing", () => {
  test("hands the server what the browser made", async () => {
    const known = scene();
    const outcome = await createPushSubscription().subscribe();
    assert.deepEqual(outcome, { endpoint: "https://push.example.net/new", problem: "" });
    const fields = { endpoint: "https://push.example.net/new", p256dh: "-_8", auth: "-_8" };
    assert.deepEqual(known.posted, [["/push/", fields]]);
  });

  test("keeps a subscription that was made with the site's key", async () => {
    const known = scene();
    known.subscription = subscription(4);
    const { endpoint } = await createPushSubscription().subscribe();
    assert.equal(endpoint, "https://push.example.net/1");
  });

  test("ends one that was made with another key", async () => {
    const known = scene();
    const old = subscription(5);
    assert.notEqual(KEY, OTHER_KEY);
    known.subscription = old;
    const { endpoint } = await createPushSubscription().subscribe();
    assert.deepEqual([old.isEnded, endpoint], [true, "https://push.example.net/new"]);
  });

  /** @type {[string, RegExp, (known: ReturnType<typeof scene>) => void][]} */
  const rows = [
    ["on http", /https pages/, (known) => Object.assign(known, { isSecure: false })],
    [
      "where the site sends none",
      /sends no/,
      ({ answers }) => Object.assign(answers, { "/push/": { key: null } }),
    ],
    [
      "which the browser refuses",
      /^The browser does not allow notifications\.$/,
      (known) =>
        Object.assign(known, {
          refusal: new DOMException("Registration failed - permission denied", "NotAllowedError"),
        }),
    ],
    [
      "whose push service cannot be reached",
      /^This browser’s push service did not answer\. Some/,
      (known) =>
        Object.assign(known, {
          refusal: new DOMException("Registration failed - push service error", "AbortError"),
        }),
    ],
    [
      "which the site refuses",
      /too many/,
      (known) =>
        Object.assign(known, {
          status: 429,
          answers: { "/push/": { key: KEY, error: { message: "too many" } } },
        }),
    ],
  ];
  for (const [what, problem, arrange] of rows) {
    test(`${what} says so`, async () => {
      const known = scene();
      arrange(known);
      const outcome = await createPushSubscription().subscribe();
      assert.equal(outcome.endpoint, "");
      assert.match(outcome.problem, problem);
    });
  }
});

describe("once a day a browser says that it still has its subscription", () => {
  const settings = { endpoint: "https://push.example.net/1", seenAt: 0 };

  test("and not before", async () => {
    const known = scene();
    known.subscription = subscription(4);
    const push = createPushSubscription();
    assert.equal(await push.renew(settings, DAY - 1), "known");
    assert.equal(await push.renew({ ...settings, endpoint: "" }, DAY), "known");
    assert.deepEqual(known.posted, []);
    assert.deepEqual(await push.renew(settings, DAY), { endpoint: settings.endpoint });
    assert.deepEqual(known.posted, [["/push/seen/", { endpoint: settings.endpoint }]]);
  });

  test("and makes none where it was ended in the account, or by the browser", async () => {
    const known = scene();
    const push = createPushSubscription();
    assert.equal(await push.renew(settings, DAY), "gone");
    known.subscription = subscription(4);
    Object.assign(known.answers, { "/push/seen/": { known: false } });
    assert.equal(await push.renew(settings, DAY), "gone");
    assert.ok(known.posted.every(([path]) => path === "/push/seen/"));
  });
});

test("ending a subscription ends it in the browser, also while the server is away", async () => {
  const known = scene();
  known.subscription = subscription(4);
  known.isAway = true;
  await createPushSubscription().unsubscribe();
  assert.equal(known.subscription.isEnded, true);
});
