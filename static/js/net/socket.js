/**
 * The connection: opens it, notices when it is dead, and reconnects where the close code allows.
 * Frames are only text in and out here; no DOM.
 */

import { delay } from "./backoff.js";
import { reconnectsAfter } from "./protocol.js";

/**
 * A handshake that takes longer is given up. A worker that hangs then costs little, since the load
 * balancer sends the next attempt to one that answers. Milliseconds, like all below.
 */
const OPEN_TIMEOUT = 5_000;

/**
 * The time allowed from the handshake to the welcome. When everybody comes back at once it may take
 * some seconds.
 */
const WELCOME_TIMEOUT = 10_000;

/** If no frame follows a probe within this time, the network is gone without a close. */
const PROBE_TIMEOUT = 3_000;

/** On waking up, a connection that was silent for less than this is taken to be alive. */
const MAX_SILENCE = 20_000;

/** After a connection that lasted this long, the pauses start at the first step again. */
const STABLE = 5_000;

/** The code for "no close frame came", as in the WebSocket API. */
const ABNORMAL = 1006;

/**
 * @typedef {object} Options
 * @property {() => string} url called for each attempt, since it carries the cursor
 * @property {(data: unknown) => boolean} onData gets each message; returns true if it was the
 *   welcome
 * @property {(state: Chat.ConnectionState) => void} onState
 * @property {() => object} probe returns a frame that the server answers at little cost
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
  /** The number of attempts since the last connection that lasted. */
  let attempt = 0;
  let liveSince = 0;
  let lastFrameAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let probing;

  /** @param {Partial<Chat.ConnectionState>} change */
  function setState(change) {
    state = { ...state, ...change };
    onState(state);
  }

  function connect() {
    clearTimeout(timer);
    setState({ retryAt: null });
    const current = open(url());
    socket = current;
    timer = setTimeout(() => disconnected(ABNORMAL), OPEN_TIMEOUT);
    current.onopen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => disconnected(ABNORMAL), WELCOME_TIMEOUT);
      setState({ phase: "catching-up" });
    };
    current.onclose = (event) => disconnected(event.code);
    current.onmessage = (event) => {
      lastFrameAt = now();
      if (state.doubted) {
        clearTimeout(probing);
        setState({ doubted: false });
      }
      const welcomed = onData(event.data);
      // The handler may have found a gap and dropped this very socket.
      if (!welcomed || socket !== current) return;
      clearTimeout(timer);
      liveSince = now();
      setState({ phase: "live", since: liveSince });
    };
  }

  /** @param {number} code */
  function disconnected(code) {
    const wasLive = state.phase === "live";
    detach();
    if (!reconnectsAfter(code)) {
      setState({ phase: "over", retryAt: null, doubted: false, code, since: now() });
      return;
    }
    if (wasLive && now() - liveSince > STABLE) attempt = 0;
    const wait = delay(attempt, random);
    attempt += 1;
    timer = setTimeout(connect, wait);
    setState({
      phase: "offline",
      since: wasLive ? now() : state.since,
      retryAt: now() + wait,
      doubted: false,
    });
  }

  /** Drops the socket without waiting for a closing handshake that may never be answered. */
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

    /** Connects at once, or checks the connection: something suggests that the network is back. */
    wake() {
      if (state.phase === "offline" && state.retryAt !== null) connect();
      else if (now() - lastFrameAt > MAX_SILENCE) this.check();
    },

    /** Checks the connection: something suggests that the network is gone. */
    check() {
      if (state.doubted || !this.send(probe())) return;
      probing = setTimeout(() => disconnected(ABNORMAL), PROBE_TIMEOUT);
      setState({ doubted: true });
    },

    /**
     * Resumes on a new connection: a frame does not continue what is here, or an answer is overdue.
     */
    restart() {
      if (state.phase !== "over") disconnected(ABNORMAL);
    },

    /** Closes the connection, for good or until `connect`. */
    close() {
      detach();
      if (state.phase !== "over") {
        setState({ phase: "offline", since: now(), retryAt: null, doubted: false });
      }
    },
  };
}

/**
 * Returns the address of a room's socket.
 * @param {string} path of the socket
 * @param {Pick<Location, "protocol" | "host">} page
 * @param {string} room id
 * @param {Pick<Chat.State, "cursor" | "history">} state what the page already has; nothing on a
 *   first visit
 */
export function socketUrl(path, page, room, { cursor, history }) {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  // The room is named from the first connection on: the code may belong to another room since the
  // page was loaded.
  const query = new URLSearchParams({
    room,
    ...(cursor !== null && { after: String(cursor), ...(history && { history }) }),
  });
  return `${scheme}//${page.host}${path}?${query}`;
}
