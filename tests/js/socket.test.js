import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { delay } from "../../static/js/net/backoff.js";
import { reconnectsAfter } from "../../static/js/net/protocol.js";
import { createSocket, socketUrl } from "../../static/js/net/socket.js";

/** The parts of a WebSocket that the module uses, controlled by the test. */
class FakeSocket {
  /** @type {FakeSocket[]} */
  static opened = [];
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;
  /** @type {((event: {data: unknown}) => void) | null} */
  onmessage = null;
  readyState = 1;
  isClosed = false;
  /** @type {string[]} */
  sent = [];

  /** @param {string} url */
  constructor(url) {
    this.url = url;
    FakeSocket.opened.push(this);
  }
  static get last() {
    return FakeSocket.opened[FakeSocket.opened.length - 1];
  }
  /** @param {string} data */
  send(data) {
    this.sent.push(data);
  }
  close() {
    this.isClosed = true;
  }
  welcome() {
    this.onopen?.();
    this.onmessage?.({ data: "welcome" });
  }
}

function createPage() {
  /** @type {Chat.ConnectionState[]} */
  const states = [];
  let cursor = 0;
  const socket = createSocket({
    url: () => `ws://test/?after=${cursor}`,
    onData: (data) => {
      cursor += 1;
      return data === "welcome";
    },
    onState: (state) => states.push(state),
    probe: () => ({ type: "probe" }),
    open: (url) => /** @type {any} */ (new FakeSocket(url)),
    random: () => 0.5,
  });
  return { socket, phases: () => states.map(({ phase }) => phase) };
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  FakeSocket.opened = [];
  Object.assign(globalThis, { WebSocket: { OPEN: 1 } });
});
afterEach(() => mock.timers.reset());

describe("a connection", () => {
  test("is live from its welcome on", () => {
    const { socket, phases } = createPage();
    socket.connect();
    assert.equal(socket.send({}), false);
    FakeSocket.last.welcome();
    assert.deepEqual(phases(), ["connecting", "catching-up", "live"]);
    assert.equal(socket.send({ a: 1 }), true);
    assert.deepEqual(FakeSocket.last.sent, ['{"a":1}']);
  });

  test("reconnects with the present cursor", () => {
    const { socket } = createPage();
    socket.connect();
    FakeSocket.last.welcome();
    FakeSocket.last.onclose?.({ code: 1012 });
    assert.equal(socket.state.phase, "offline");
    mock.timers.tick(1000);
    assert.equal(FakeSocket.opened.length, 2);
    assert.equal(FakeSocket.last.url, "ws://test/?after=1");
  });

  test("waits longer each time until a connection lasts", () => {
    const { socket } = createPage();
    socket.connect();
    const waits = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      FakeSocket.last.onclose?.({ code: 1006 });
      waits.push((socket.state.retryAt ?? 0) - Date.now());
      mock.timers.tick(waits[attempt]);
    }
    assert.deepEqual(waits, [500, 1500, 3000, 6000]);

    FakeSocket.last.welcome();
    FakeSocket.last.onclose?.({ code: 1006 });
    assert.equal((socket.state.retryAt ?? 0) - Date.now(), 12_000);
    mock.timers.tick(12_000);
    FakeSocket.last.welcome();
    mock.timers.tick(6_000);
    FakeSocket.last.onclose?.({ code: 1006 });
    assert.equal((socket.state.retryAt ?? 0) - Date.now(), 500);
  });

  test("does not reconnect after a final close code", () => {
    const { socket } = createPage();
    socket.connect();
    FakeSocket.last.welcome();
    FakeSocket.last.onclose?.({ code: 4501 });
    assert.equal(socket.state.phase, "over");
    assert.equal(socket.state.code, 4501);
    mock.timers.tick(120_000);
    socket.wake();
    assert.equal(FakeSocket.opened.length, 1);
  });

  test("is given up after five seconds if it never opens", () => {
    const { socket } = createPage();
    socket.connect();
    mock.timers.tick(4_999);
    assert.equal(socket.state.phase, "connecting");
    mock.timers.tick(1);
    assert.equal(socket.state.phase, "offline");
    assert.ok(FakeSocket.last.isClosed);
  });

  test("has the full time for its welcome even if it opens late", () => {
    const { socket } = createPage();
    socket.connect();
    mock.timers.tick(4_999);
    FakeSocket.last.onopen?.();
    mock.timers.tick(9_999);
    assert.equal(socket.state.phase, "catching-up");
    mock.timers.tick(1);
    assert.equal(socket.state.phase, "offline");
  });

  test("says since when it is lost", () => {
    const { socket } = createPage();
    socket.connect();
    FakeSocket.last.welcome();
    mock.timers.tick(60_000);
    const lostAt = Date.now();
    FakeSocket.last.onclose?.({ code: 1006 });
    mock.timers.tick(500);
    FakeSocket.last.onclose?.({ code: 1006 });
    assert.equal(socket.state.since, lostAt);
  });
});

describe("waking up", () => {
  test("ends the pause early", () => {
    const { socket } = createPage();
    socket.connect();
    FakeSocket.last.onclose?.({ code: 1006 });
    socket.wake();
    assert.equal(FakeSocket.opened.length, 2);
  });

  test("probes a connection that was silent for long, and drops it without an answer", () => {
    const { socket } = createPage();
    socket.connect();
    FakeSocket.last.welcome();
    socket.wake();
    assert.deepEqual(FakeSocket.last.sent, []);
    mock.timers.tick(30_000);
    socket.wake();
    assert.equal(FakeSocket.last.sent.length, 1);
    assert.equal(socket.state.doubted, true);
    mock.timers.tick(5_000);
    assert.equal(socket.state.phase, "offline");
  });

  test("takes any frame for an answer", () => {
    const { socket } = createPage();
    socket.connect();
    FakeSocket.last.welcome();
    socket.check();
    FakeSocket.last.onmessage?.({ data: "page" });
    assert.equal(socket.state.doubted, false);
    mock.timers.tick(5_000);
    assert.equal(socket.state.phase, "live");
  });

  test("ignores what a dropped connection still delivers", () => {
    const { socket } = createPage();
    socket.connect();
    const first = FakeSocket.last;
    first.welcome();
    socket.restart();
    assert.equal(first.onmessage, null);
    assert.ok(first.isClosed);
  });
});

test("the client reconnects after every close code but the final ones", () => {
  for (const code of [1000, 1001, 1006, 1011, 1012, 4000, 4001, 4002, 4499, 5000]) {
    assert.ok(reconnectsAfter(code), String(code));
  }
  for (const code of [4500, 4501, 4502, 4503, 4504, 4999])
    assert.ok(!reconnectsAfter(code), String(code));
});

test("the pause grows to half a minute, and differs between clients", () => {
  const bounds = [0, 1, 2, 3, 4, 5, 50].map((attempt) => [
    delay(attempt, () => 0),
    delay(attempt, () => 0.999999),
  ]);
  assert.deepEqual(bounds, [
    [0, 1000],
    [1000, 2000],
    [2000, 4000],
    [4000, 8000],
    [8000, 16000],
    [15000, 30000],
    [15000, 30000],
  ]);
});

test("the address carries the cursor, except on a first visit", () => {
  const page = { protocol: "https:", host: "chat.example:8443" };
  assert.equal(
    socketUrl("/ws/rooms/K7XM/", page, "r_1", { cursor: 58, history: "4d1f" }),
    "wss://chat.example:8443/ws/rooms/K7XM/?room=r_1&after=58&history=4d1f",
  );
  assert.equal(
    socketUrl("/ws/rooms/K7XM/", page, "r_1", { cursor: 58, history: "" }),
    "wss://chat.example:8443/ws/rooms/K7XM/?room=r_1&after=58",
    "of a release before, there is no name to send back",
  );
  assert.equal(
    socketUrl("/ws/rooms/K7XM/", { protocol: "http:", host: "localhost" }, "r_1", {
      cursor: null,
      history: "",
    }),
    "ws://localhost/ws/rooms/K7XM/?room=r_1",
  );
});
