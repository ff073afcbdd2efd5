/**
 * The outbox: one ordered queue per person and room, shared by the tabs of a browser. One message
 * at a time is on its way; the next follows its ack. A message is sent with the same `client_id`
 * until the server answers, so it cannot be stored twice, and only a lost disk loses it.
 */

import { pendingOf, saidOf } from "./outbox-item.js";
import { isTemporary, post } from "./protocol.js";

/** Without an answer for this long, the connection is doubted. Milliseconds. */
const ACK_TIMEOUT = 10_000;

/** The first pause after `unavailable`; it doubles each time up to the longest. Milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/**
 * How the attempt to send a message ended: `down`: the connection was lost; `late`: no answer came.
 * `over`: nothing is left to be done; it was given up while its files were on their way, say.
 * @typedef {{type: "ack", seq: number | null} | {type: "error", error: Chat.ErrorFrame}
 *   | {type: "down"} | {type: "late"} | {type: "over"}} Outcome
 *
 * @typedef {ReturnType<typeof import("./outbox-files.js").createOutboxFiles>} Files
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
 *   message
 * @property {() => void} onReplyTargetDeleted a message was sent without the one it replies to
 * @property {() => void} onOverdue
 * @property {(isWaiting: (clientId: string) => Promise<boolean>) => Promise<Files>} loadFiles loads
 *   what sends files
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
  onReplyTargetDeleted,
  onOverdue,
  loadFiles,
  now = Date.now,
}) {
  /** What the storage held when it was last read. @type {Chat.OutboxItem[]} */
  let items = [];
  /** Messages on their way into the storage. @type {Chat.OutboxItem[]} */
  let unsaved = [];
  /** @type {{clientId: string, end: (outcome: Outcome) => void} | null} */
  let inFlight = null;
  /** The `client_id` of the message whose files are on their way. */
  let uploading = "";
  /** @type {Files | null} */
  let files = null;
  /** Ends a pause early. @type {(() => void) | null} */
  let endPause = null;
  let isLive = false;
  let draining = false;
  let wanted = false;
  let pause = FIRST_PAUSE;
  /** Why nothing can be sent from here ever again; empty while something can. */
  let endReason = "";

  function changed() {
    onChange(
      [...items, ...unsaved].map((item) =>
        pendingOf(item, [inFlight?.clientId, uploading].includes(item.client_id)),
      ),
    );
  }

  /** @returns {Pick<Chat.OutboxItem, "state" | "reason">} */
  function firstState() {
    return endReason === "" ? { state: "waiting" } : { state: "failed", reason: endReason };
  }

  async function read() {
    items = await storage.list(queue);
    const kept = new Set(items.map((item) => item.client_id));
    unsaved = unsaved.filter((item) => !kept.has(item.client_id));
    files?.check(items);
    changed();
  }

  async function failAll() {
    for (const item of items) {
      await storage.update({ ...item, state: "failed", reason: endReason });
    }
    await read();
  }

  async function drain() {
    wanted = true;
    if (draining) return;
    draining = true;
    try {
      while (wanted && isLive) {
        wanted = false;
        await exclusively(sendAll);
      }
    } finally {
      draining = false;
    }
  }

  async function sendAll() {
    while (isLive) {
      await read();
      const item = items.find(({ state }) => state === "waiting");
      if (item === undefined || !(await deliver(item))) return;
    }
  }

  /**
   * @param {Chat.OutboxItem} item
   * @returns {Promise<boolean>} true if the next message is to follow
   */
  async function deliver(item) {
    const outcome = await (item.attached ? sendWithFiles(item) : sendAndWait(item));
    switch (outcome.type) {
      case "ack":
        await finish(item.client_id, outcome.seq);
        return true;
      case "error":
        if (isTemporary(outcome.error.code)) {
          if (outcome.error.retry_after !== undefined) onWait(outcome.error.retry_after);
          await pauseSending(outcome.error.retry_after);
        } else if (outcome.error.code === "not_found" && item.reply_to !== undefined) {
          // The message it replies to was deleted meanwhile: it is sent without that, under the
          // same id.
          const { reply_to: _deleted, ...rest } = item;
          await storage.update(rest);
          onReplyTargetDeleted();
          tell({ type: "queued" });
        } else if (outcome.error.code === "no_file" && files?.again(item)) {
          // They were swept, or never whole: they are sent once more from here.
        } else {
          await storage.update({ ...item, state: "failed", reason: outcome.error.message });
          tell({ type: "queued" });
        }
        return true;
      case "over":
        return true;
      case "late":
        onOverdue();
        return false;
      case "down":
        return false;
    }
  }

  /**
   * Sends a message's files, then the message.
   * @param {Chat.OutboxItem} item
   * @returns {Promise<Outcome>}
   */
  async function sendWithFiles(item) {
    uploading = item.client_id;
    changed();
    try {
      files ??= await loadFiles(async (clientId) => {
        const kept = await storage.list(queue);
        return kept.some(({ client_id: id, state }) => id === clientId && state === "waiting");
      });
      return await files.send(item, async (posted) => {
        const outcome = await sendAndWait(item, posted);
        if (outcome.type !== "ack") return outcome;
        // Before another tab has its turn, which would find it still waiting.
        await finish(item.client_id, outcome.seq);
        return { type: "over" };
      });
    } catch {
      // The module could not be loaded, or the browser no longer has the file.
      await pauseSending(undefined);
      return { type: "over" };
    } finally {
      uploading = "";
    }
  }

  /**
   * @param {Chat.OutboxItem} item
   * @param {Chat.PostedFile[]} [posted]
   * @returns {Promise<Outcome>}
   */
  async function sendAndWait(item, posted) {
    /** @type {Promise<Outcome>} */
    const answered = new Promise((end) => {
      inFlight = { clientId: item.client_id, end };
    });
    const timer = setTimeout(() => inFlight?.end({ type: "late" }), ACK_TIMEOUT);
    const said = posted ? { ...saidOf(item), files: posted } : saidOf(item);
    if (send(post(item.client_id, said))) changed();
    else inFlight?.end({ type: "down" });
    const outcome = await answered;
    clearTimeout(timer);
    inFlight = null;
    changed();
    return outcome;
  }

  /** @param {number | undefined} seconds */
  async function pauseSending(seconds) {
    const wait = seconds === undefined ? pause : seconds * 1000;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      endPause = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    endPause = null;
  }

  /** @param {string} clientId @param {number | null} seq */
  async function finish(clientId, seq) {
    pause = FIRST_PAUSE;
    onSent(clientId, seq);
    tell({ type: "sent", client_id: clientId, seq });
    await storage.remove(queue, clientId);
    await read();
  }

  return {
    get durable() {
      return storage.durable;
    },

    /** Shows what an earlier page left in the storage. */
    read,

    /**
     * Queues a message; resolves once it is stored.
     * @param {Chat.SaidWithFiles} said
     */
    async add(said) {
      /** @type {Chat.OutboxItem} */
      const item = { queue, client_id: newId(), ...said, at: now(), ...firstState() };
      unsaved.push(item);
      changed();
      await storage.add(item);
      await read();
      // The end may have come while the message was on its way into the storage.
      if (endReason !== "" && item.state !== "failed") await failAll();
      tell({ type: "queued" });
      void drain();
    },

    /** @param {readonly string[]} clientIds failed messages, to be sent again with the same ids */
    async retry(clientIds) {
      for (const item of items.filter(({ client_id: id }) => clientIds.includes(id))) {
        files?.retry(item.client_id);
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
     * Marks all messages as failed, and sends nothing any more: the room will never accept them.
     * @param {string} reason
     */
    async fail(reason) {
      endReason = reason;
      await failAll();
    },

    /** Starts sending: the connection is live. */
    start() {
      isLive = true;
      files?.wake();
      void drain();
    },

    /** Stops sending: the connection is gone. A message that was on its way counts as not sent. */
    stop() {
      isLive = false;
      inFlight?.end({ type: "down" });
      endPause?.();
    },

    /**
     * Finishes a message: its ack came, or it was seen in the log.
     * @param {string} clientId
     * @param {number | null} seq
     */
    acked(clientId, seq) {
      if (inFlight?.clientId === clientId) inFlight.end({ type: "ack", seq });
      else if (items.some(({ client_id: id }) => id === clientId)) void finish(clientId, seq);
    },

    /**
     * @param {Chat.ErrorFrame} error
     * @returns {boolean} true if it was about a message of this outbox
     */
    refused(error) {
      if (inFlight === null || inFlight.clientId !== error.client_id) return false;
      inFlight.end({ type: "error", error });
      return true;
    },

    /** @param {Chat.TabNotice} notice from another tab */
    receiveFromTab(notice) {
      if (notice.type === "progress") return files?.heard();
      if (notice.type === "sent") onSent(notice.client_id, notice.seq);
      void read();
      if (isLive) void drain();
    },
  };
}
