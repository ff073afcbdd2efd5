import assert from "node:assert/strict";
import { describe as suite, test } from "node:test";

import { describe, unsendableReason } from "../../static/js/room/connection-status.js";

const NOW = 1_000_000;

/**
 * @param {Partial<Chat.ConnectionState>} connection
 * @param {{waiting?: number, durable?: boolean, guest?: boolean, slowed?: boolean, now?: number}} [rest]
 */
function shown(connection, { waiting = 0, durable = true, guest, slowed, now = NOW } = {}) {
  return describe(
    {
      connection: {
        phase: "live",
        since: NOW,
        retryAt: null,
        doubted: false,
        code: null,
        ...connection,
      },
      pending: Array.from({ length: waiting }, (_, index) => ({
        client_id: String(index),
        body: "",
        at: NOW - 1000,
        state: "waiting",
        reason: "",
        reply_to: null,
        seq: null,
      })),
      durable,
      times: { clock: () => "14:02" },
      urls: {
        signIn: "/account/login/?next=/rooms/K7XM/",
        socket: "",
        room: "/rooms/K7XM/",
        manage: "/rooms/K7XM/manage/",
        transcript: "/history/rooms/r_1/",
        front: "/",
        sprite: "",
        iconUnread: "",
      },
      closeReason: "",
      guest,
      slowed,
    },
    now,
  );
}

suite("the line", () => {
  for (const [connection, rest, line] of /** @type {const} */ ([
    [{}, {}, "Live"],
    [{}, { waiting: 2 }, "Live · sending 2"],
    [{}, { waiting: 2, slowed: true }, "Live"],
    [{ doubted: true }, { waiting: 2 }, "Checking the connection…"],
    [{ phase: "connecting" }, {}, "Connecting…"],
    [{ phase: "catching-up" }, {}, "Catching up…"],
    [{ phase: "offline", since: NOW - 4999 }, {}, "Reconnecting…"],
    [{ phase: "offline", since: NOW - 5000 }, {}, "Offline since 14:02"],
    [{ phase: "offline", since: NOW - 5000 }, { waiting: 3 }, "Offline since 14:02, 3 waiting"],
  ])) {
    test(line, () => assert.equal(shown(connection, rest).line, line));
  }
});

test("a message that is sent at once is not mentioned", () => {
  assert.equal(shown({}, { waiting: 1, now: NOW - 1 }).line, "Live");
});

suite("the banner", () => {
  const offline = /** @type {const} */ ({
    phase: "offline",
    since: NOW - 5000,
    retryAt: NOW + 7500,
  });

  test("appears after five seconds, counts down and offers to try now", () => {
    assert.equal(shown({ ...offline, since: NOW - 4999 }).banner, "");
    const { banner, countdown, nextStep } = shown(offline, { waiting: 3 });
    assert.equal(banner, "Offline since 14:02. 3 messages will be sent when you are back online.");
    assert.equal(countdown, "Trying again in 8 s");
    assert.deepEqual(nextStep, { label: "Try now", action: "try-now" });
  });

  test("keeps its sentence while the countdown runs", () => {
    assert.equal(shown(offline).banner, shown(offline, { now: NOW + 2000 }).banner);
  });

  test("says that messages are lost with the page where they are", () => {
    assert.match(shown(offline, { durable: false }).banner, /keep this page open/);
  });
});

suite("the end", () => {
  for (const [code, line, href] of /** @type {const} */ ([
    [4500, "Not in this room", "/rooms/K7XM/"],
    [4501, "Closed", "/history/rooms/r_1/"],
    [4502, "Removed", "/"],
    [4503, "Signed out", "/account/login/?next=/rooms/K7XM/"],
  ])) {
    test(`${code} links to ${href}`, () => {
      const end = shown({ phase: "over", code });
      assert.equal(end.line, line);
      assert.equal(end.nextStep && "href" in end.nextStep && end.nextStep.href, href);
    });
  }

  test("a guest who is signed out has no account to sign in to", () => {
    const end = shown({ phase: "over", code: 4503 }, { guest: true });
    assert.equal(end.nextStep && "href" in end.nextStep && end.nextStep.href, "/");
  });

  test("messages that wait for a return are counted, those that can never be sent are not", () => {
    const over = /** @type {const} */ ({ phase: "over", code: 4503 });
    assert.match(shown(over, { waiting: 2 }).banner, /2 messages are kept in this browser/);
    assert.equal(unsendableReason(4503, "", false), "");
    for (const [code, guest] of /** @type {const} */ ([
      [4501, false],
      [4502, false],
      [4503, true],
    ])) {
      assert.notEqual(unsendableReason(code, "", guest), "");
    }
  });

  for (const code of [4504, 4700]) {
    test(`${code} offers a reload`, () => {
      assert.deepEqual(shown({ phase: "over", code }).nextStep, {
        label: "Reload",
        action: "reload",
      });
    });
  }
});
