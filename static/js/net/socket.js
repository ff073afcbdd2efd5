/**
 * The connection: opens it, notices when it is dead, comes back by itself where the close code allows.
 * Knows frames only as text in and out; no DOM.
 */

import { delay } from "./backoff.js";
import { comesBack } from "./protocol.js";

/**
 * A handshake that takes longer is given up, so that a worker that hangs costs little: the load balancer
 * sends whoever comes again soon to one that answers. Milliseconds, like all below.
 */
const OPEN_TIMEOUT = 5_000;

/** From the handshake to the welcome. When everybody comes back at once, it may take some seconds. */
const WELCOME_TIMEOUT = 10_000;

/** A probe not answered by any frame within this long: the network is gone without a close. */
const PROBE_TIMEOUT = 3_000;

/** On waking up, a connection that was silent for less than this is taken to be alive. */
const SILENCE = 20_000;

/** A connection that lasted this long was a good one: the next attempt starts at the first step. */
const STABLE = 5_000;

/** Stands for "no close frame came", as in the WebSocket API. */
const ABNORMAL = 1006;

/**
 * @typedef {object} Options
 * @property {() => string} url asked anew for each attempt: it carries the cursor
 * @property {(data: unknown) => boolean} onData gets each message; true when it was the welcome
 * @property {(state: Chat.ConnectionState) => void} onState
 * @property {() => object} probe a frame the server answers at little cost
 * @property {(url: string) => WebSocket} [open]
 * @property {() => number} [now]
 * @property {() => number} [random]
 */

/** @typedef {ReturnType<typeof createSocket>} Socket */

/** @param {Options} options */
export function createSocket({
  url,
  onData,
  onState,
  probe,
  open = (address) => new WebSocket(address),
  now = Date.now,
  random = Math.random,
}) {
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {Chat.ConnectionState} */
  let state = { phase: "connecting", since: now(), retryAt: null, doubted: false, code: null };
  /** Attempts since the last connection that lasted. */
  let attempt = 0;
  let liveSince = 0;
  let heardAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let probing;

  /** @param {Partial<Chat.ConnectionState>} change */
  function enter(change) {
    state = { ...state, ...change };
    onState(state);
  }

  function connect() {
    clearTimeout(timer);
    enter({ retryAt: null });
    const current = open(url());
    socket = current;
    timer = setTimeout(() => lost(ABNORMAL), OPEN_TIMEOUT);
    current.onopen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => lost(ABNORMAL), WELCOME_TIMEOUT);
      enter({ phase: "catching-up" });
    };
    current.onclose = (event) => lost(event.code);
    current.onmessage = (event) => {
      heardAt = now();
      if (state.doubted) {
        clearTimeout(probing);
        enter({ doubted: false });
      }
      const welcomed = onData(event.data);
      // The handler may have found a gap and dropped this very socket.
      if (!welcomed || socket !== current) return;
      clearTimeout(timer);
      liveSince = now();
      enter({ phase: "live", since: liveSince });
    };
  }

  /** @param {number} code */
  function lost(code) {
    const wasLive = state.phase === "live";
    detach();
    if (!comesBack(code)) {
      enter({ phase: "over", retryAt: null, doubted: false, code, since: now() });
      return;
    }
    if (wasLive && now() - liveSince > STABLE) attempt = 0;
    const wait = delay(attempt, random);
    attempt += 1;
    timer = setTimeout(connect, wait);
    enter({
      phase: "offline",
      since: wasLive ? now() : state.since,
      retryAt: now() + wait,
      doubted: false,
    });
  }

  /** Lets go of the socket without waiting for a closing handshake that may never be answered. */
  function detach() {
    clearTimeout(timer);
    clearTimeout(probing);
    if (socket === null) return;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close();
    socket = null;
  }

  return {
    get state() {
      return state;
    },

    connect,

    /**
     * @param {object} frame
     * @returns {boolean} false when there is no live connection to send it on
     */
    send(frame) {
      if (state.phase !== "live" || socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },

    /** Something suggests that the network is back: do not wait out the pause. */
    wake() {
      if (state.phase === "offline" && state.retryAt !== null) connect();
      else if (now() - heardAt > SILENCE) this.check();
    },

    /** Something suggests that the network is gone: find out. */
    check() {
      if (state.doubted || !this.send(probe())) return;
      probing = setTimeout(() => lost(ABNORMAL), PROBE_TIMEOUT);
      enter({ doubted: true });
    },

    /** What came does not follow what is here, or an answer is overdue: resume on a new connection. */
    restart() {
      if (state.phase !== "over") lost(ABNORMAL);
    },

    /** For good, or until `connect`. */
    close() {
      detach();
      if (state.phase !== "over") {
        enter({ phase: "offline", since: now(), retryAt: null, doubted: false });
      }
    },
  };
}

/**
 * The address of a room's socket.
 * @param {string} path of the socket
 * @param {Pick<Location, "protocol" | "host">} page
 * @param {string} room id
 * @param {Pick<Chat.State, "cursor" | "history">} state what the page has of it; a first visit has none
 */
export function socketUrl(path, page, room, { cursor, history }) {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  // Named from the first time on: the code may have passed on to another room since the page came.
  const query = new URLSearchParams({
    room,
    ...(cursor !== null && { after: String(cursor), ...(history && { history }) }),
  });
  return `${scheme}//${page.host}${path}?${query}`;
}
