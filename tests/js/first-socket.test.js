import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { connectTo } from "../../static/js/net/first-socket.js";

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** The parts of a WebSocket that the module uses. */
class FakeSocket {
  static CONNECTING = CONNECTING;
  static OPEN = OPEN;
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: unknown}) => void) | null} */
  onmessage = null;
  isClosed = false;

  /** @param {string} url @param {number} [readyState] */
  constructor(url, readyState = CONNECTING) {
    this.url = url;
    this.readyState = readyState;
  }
  close() {
    this.isClosed = true;
  }
}

/** Puts a socket where the blocking script leaves it. @param {number} state @param {string[]} data */
function opened(state, ...data) {
  const socket = new FakeSocket("ws://test/", state);
  const frames = data.map((text) => ({ data: text }));
  globalThis.window.firstSocket = /** @type {any} */ ({ socket, frames });
  return socket;
}

/** Connects as the session does, and returns the socket and what it then heard. */
async function connect() {
  const socket = connectTo("ws://test/");
  /** @type {unknown[]} */
  const heard = [];
  socket.onopen = () => heard.push("open");
  socket.onmessage = (event) => heard.push(event.data);
  await Promise.resolve();
  return { socket: /** @type {any} */ (socket), heard };
}

describe("the first connection of a page", () => {
  const { WebSocket } = globalThis;
  beforeEach(() => {
    globalThis.window = /** @type {any} */ ({});
    globalThis.WebSocket = /** @type {any} */ (FakeSocket);
  });
  afterEach(() => {
    globalThis.WebSocket = WebSocket;
    Reflect.deleteProperty(globalThis, "window");
  });

  test("is the one that was opened early, and what has come over it is heard", async () => {
    const early = opened(OPEN, "welcome", "events");
    const { socket, heard } = await connect();
    assert.equal(socket, early);
    assert.deepEqual(heard, ["open", "welcome", "events"]);
  });

  test("is taken over once", async () => {
    const early = opened(OPEN, "welcome");
    await connect();
    const { socket, heard } = await connect();
    assert.notEqual(socket, early);
    assert.deepEqual(heard, []);
  });

  test("that is still opening tells of it by itself", async () => {
    const early = opened(CONNECTING);
    const { socket, heard } = await connect();
    assert.equal(socket, early);
    assert.deepEqual(heard, []);
  });

  test("is a new one if the early one leads elsewhere, which is closed", async () => {
    const early = opened(OPEN, "welcome");
    early.url = "ws://test/?after=5";
    const { socket, heard } = await connect();
    assert.equal(socket.url, "ws://test/");
    assert.ok(early.isClosed);
    assert.deepEqual(heard, []);
  });

  test("is a new one if the early one is closed: only that tells why", async () => {
    const early = opened(CLOSED);
    const { socket } = await connect();
    assert.notEqual(socket, early);
  });

  test("drops what comes after the session has let the socket go", async () => {
    opened(OPEN, "gap", "after the gap");
    const socket = connectTo("ws://test/");
    /** @type {unknown[]} */
    const heard = [];
    socket.onmessage = (event) => {
      heard.push(event.data);
      socket.onmessage = null;
    };
    await Promise.resolve();
    assert.deepEqual(heard, ["gap"]);
  });
});
