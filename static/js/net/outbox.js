/**
 * The way out: one ordered queue per person and room, shared by the tabs of a browser. One message at
 * a time is on its way; the next follows its ack. A message is sent with the same `client_id`
 * until the server answers for it, so that "sent twice" is impossible and "lost" needs a lost disk.
 */

import { isPassing, post } from "./protocol.js";

/** No answer within this long, in milliseconds: the connection is doubted. */
const ACK_TIMEOUT = 10_000;

/** First pause after `unavailable`; doubled each time up to the last. Milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/**
 * @typedef {{type: "ack", seq: number | null} | {type: "error", error: Chat.ErrorFrame} | {type: "down"} | {type: "late"}} Outcome
 *
 * @typedef {object} Options
 * @property {Chat.OutboxStore} storage
 * @property {string} queue `<user id> <room id>`
 * @property {(frame: object) => boolean} send false when there is no live connection
 * @property {(work: () => Promise<void>) => Promise<void>} exclusively runs it in one tab at a time
 * @property {(notice: Chat.TabNotice) => void} tell the other tabs
 * @property {() => string} newId
 * @property {(items: Chat.Pending[]) => void} onChange
 * @property {(clientId: string, seq: number | null) => void} onSent
 * @property {(seconds: number) => void} onWait how long the server asks to wait before the next
 * @property {() => void} onUnanswerable a message went without the one it answers, which is gone
 * @property {() => void} onOverdue
 * @property {() => number} [now]
 */

/** @param {Options} options */
export function createOutbox({
  storage,
  queue,
  send,
  exclusively,
  tell,
  newId,
  onChange,
  onSent,
  onWait,
  onUnanswerable,
  onOverdue,
  now = Date.now,
}) {
  /** @type {Chat.OutboxItem[]} what storage held when last read */
  let items = [];
  /** @type {Chat.OutboxItem[]} typed, on their way into storage */
  let unsaved = [];
  /** @type {{clientId: string, end: (outcome: Outcome) => void} | null} */
  let flight = null;
  /** @type {(() => void) | null} ends a pause early */
  let resume = null;
  let up = false;
  let draining = false;
  let wanted = false;
  let pause = FIRST_PAUSE;
  /** Why nothing will ever be sent from here; empty while something may. */
  let ended = "";

  function changed() {
    onChange([...items, ...unsaved].map((item) => pendingOf(item, flight?.clientId)));
  }

  /** @returns {Pick<Chat.OutboxItem, "state" | "reason">} */
  function firstState() {
    return ended === "" ? { state: "waiting" } : { state: "failed", reason: ended };
  }

  async function read() {
    items = await storage.list(queue);
    const kept = new Set(items.map((item) => item.client_id));
    unsaved = unsaved.filter((item) => !kept.has(item.client_id));
    changed();
  }

  async function drain() {
    wanted = true;
    if (draining) return;
    draining = true;
    try {
      while (wanted && up) {
        wanted = false;
        await exclusively(sendAll);
      }
    } finally {
      draining = false;
    }
  }

  async function sendAll() {
    while (up) {
      await read();
      const item = items.find(({ state }) => state === "waiting");
      if (item === undefined || !(await deliver(item))) return;
    }
  }

  /**
   * @param {Chat.OutboxItem} item
   * @returns {Promise<boolean>} whether to go on with the next
   */
  async function deliver(item) {
    const outcome = await fly(item);
    switch (outcome.type) {
      case "ack":
        pause = FIRST_PAUSE;
        await done(item.client_id, outcome.seq);
        return true;
      case "error":
        if (isPassing(outcome.error.code)) {
          if (outcome.error.retry_after !== undefined) onWait(outcome.error.retry_after);
          await rest(outcome.error.retry_after);
        } else if (outcome.error.code === "not_found" && item.reply_to !== undefined) {
          // What it answers was deleted meanwhile: the words go by themselves, under the same id.
          await storage.update({ ...item, reply_to: undefined });
          onUnanswerable();
          tell({ type: "queued" });
        } else {
          await storage.update({ ...item, state: "failed", reason: outcome.error.message });
          tell({ type: "queued" });
        }
        return true;
      case "late":
        onOverdue();
        return false;
      case "down":
        return false;
    }
  }

  /**
   * @param {Chat.OutboxItem} item
   * @returns {Promise<Outcome>}
   */
  async function fly(item) {
    /** @type {Promise<Outcome>} */
    const landed = new Promise((end) => {
      flight = { clientId: item.client_id, end };
    });
    const timer = setTimeout(() => flight?.end({ type: "late" }), ACK_TIMEOUT);
    if (send(post(item.client_id, item.body, item.reply_to))) changed();
    else flight?.end({ type: "down" });
    const outcome = await landed;
    clearTimeout(timer);
    flight = null;
    changed();
    return outcome;
  }

  /** @param {number | undefined} seconds */
  async function rest(seconds) {
    const wait = seconds === undefined ? pause : seconds * 1000;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      resume = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    resume = null;
  }

  /** @param {string} clientId @param {number | null} seq */
  async function done(clientId, seq) {
    onSent(clientId, seq);
    tell({ type: "sent", client_id: clientId, seq });
    await storage.remove(queue, clientId);
    await read();
  }

  return {
    get durable() {
      return storage.durable;
    },

    /** Shows what an earlier page left behind. */
    read,

    /**
     * Queues a message; resolves once it is kept.
     * @param {string} body
     * @param {number} [replyTo] the message it answers
     */
    async add(body, replyTo) {
      /** @type {Chat.OutboxItem} */
      const item = { queue, client_id: newId(), body, at: now(), ...firstState() };
      if (replyTo !== undefined) item.reply_to = replyTo;
      unsaved.push(item);
      changed();
      await storage.add(item);
      await read();
      tell({ type: "queued" });
      void drain();
    },

    /** @param {readonly string[]} clientIds failed ones, to be sent again with the same ids */
    async retry(clientIds) {
      for (const item of items.filter(({ client_id: id }) => clientIds.includes(id))) {
        await storage.update({ ...item, reason: undefined, ...firstState() });
      }
      await read();
      tell({ type: "queued" });
      void drain();
    },

    /** @param {readonly string[]} clientIds */
    async discard(clientIds) {
      for (const clientId of clientIds) await storage.remove(queue, clientId);
      await read();
      tell({ type: "queued" });
    },

    /**
     * The room will never take these: say so, and stop trying.
     * @param {string} reason
     */
    async fail(reason) {
      ended = reason;
      for (const item of items) await storage.update({ ...item, state: "failed", reason });
      await read();
    },

    /** The connection is live. */
    start() {
      up = true;
      void drain();
    },

    /** The connection is gone; what was on its way counts as not sent. */
    stop() {
      up = false;
      flight?.end({ type: "down" });
      resume?.();
    },

    /**
     * Its ack came, or the log was seen to hold it.
     * @param {string} clientId
     * @param {number | null} seq
     */
    acked(clientId, seq) {
      if (flight?.clientId === clientId) flight.end({ type: "ack", seq });
      else if (items.some(({ client_id: id }) => id === clientId)) void done(clientId, seq);
    },

    /**
     * @param {Chat.ErrorFrame} error
     * @returns {boolean} whether it was about a message of this outbox
     */
    refused(error) {
      if (flight === null || flight.clientId !== error.client_id) return false;
      flight.end({ type: "error", error });
      return true;
    },

    /** @param {Chat.TabNotice} notice from another tab */
    heard(notice) {
      if (notice.type === "sent") onSent(notice.client_id, notice.seq);
      void read();
      if (up) void drain();
    },
  };
}

/**
 * @param {Chat.OutboxItem} item
 * @param {string | undefined} flying client_id of the one on its way
 * @returns {Chat.Pending}
 */
function pendingOf(item, flying) {
  const { client_id: clientId, body, reply_to: replyTo = null, at, state, reason = "" } = item;
  const shown = state === "waiting" && clientId === flying ? "sending" : state;
  return { client_id: clientId, body, reply_to: replyTo, at, state: shown, reason, seq: null };
}
