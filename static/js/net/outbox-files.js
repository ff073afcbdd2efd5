/**
 * Sends the files of a message before the message: two at once, by one tab of the browser. A file
 * that is on its way is found again by its id, so that a reload or another tab goes on with it.
 * Loaded with the first file that is sent.
 */

import { Refused } from "../lib/json-requests.js";
import { sendFile } from "./tus.js";

/** Files of a message that are on their way at once. */
const AT_ONCE = 2;

/** A tab that sends and was not heard of for this long is taken to be asleep. Milliseconds. */
const SILENCE = 60_000;

/**
 * How sending ended: `over`: the message was given up, or another tab has sent it.
 * @typedef {{type: "over"} | {type: "error", error: Chat.ErrorFrame}} Failure
 *
 * @typedef {object} Options
 * @property {() => string} url of the room's files; the room may be given another code
 * @property {string} token
 * @property {(clientId: string) => Promise<boolean>} isWaiting whether a message is still to be sent
 * @property {(id: string, sent: number) => void} onProgress bytes of a file, by its name in this
 *   browser
 * @property {(id: string, serverId: string) => void} onReady
 * @property {typeof sendFile} [send]
 * @property {LockManager | undefined} [locks] missing on pages over plain HTTP
 * @property {(input: string, init: RequestInit) => Promise<Response>} [request]
 */

/** @param {Options} options */
export function createOutboxFiles({
  url,
  token,
  isWaiting,
  onProgress,
  onReady,
  send = sendFile,
  locks = globalThis.navigator?.locks,
  request = fetch,
}) {
  /** The message whose files are on their way. @type {{clientId: string, stop: AbortController} | null} */
  let current = null;
  /** Server's ids, by the files' names in this browser. @type {Map<string, string>} */
  const ready = new Map();
  /** Files that the server has, or has a part of. @type {Map<string, string>} */
  const places = new Map();
  /** Messages whose files are being sent once more. @type {Set<string>} */
  const repeated = new Set();
  /** Ends the pauses between attempts. @type {Set<() => void>} */
  const pauses = new Set();
  /** Says that the tab that sends is awake. */
  let heard = () => {};

  /** @param {AbortSignal} signal @param {number} milliseconds @returns {Promise<void>} */
  function pause(signal, milliseconds) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        pauses.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      pauses.add(end);
      signal.addEventListener("abort", end);
    });
  }

  /**
   * Runs work while no other tab does it for the same message.
   * @template T
   * @param {string} clientId
   * @param {AbortSignal} signal
   * @param {() => Promise<T>} work
   */
  async function inOneTab(clientId, signal, work) {
    if (!locks) return work();
    const waiting = new AbortController();
    const giveUp = () => waiting.abort();
    let timer = setTimeout(giveUp, SILENCE);
    let started = false;
    heard = () => {
      clearTimeout(timer);
      if (!started) timer = setTimeout(giveUp, SILENCE);
    };
    signal.addEventListener("abort", giveUp);
    try {
      return await locks.request(`chat files ${clientId}`, { signal: waiting.signal }, () => {
        started = true;
        heard();
        return work();
      });
    } catch (error) {
      if (started || signal.aborted) throw error;
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {Chat.Attached} file
   * @param {boolean} again under another id: the one before is in another message, or lost
   * @param {AbortSignal} signal
   */
  async function sendOne(file, again, signal) {
    if (ready.has(file.id)) return;
    const id = await send(
      { ...file, id: again ? `${file.id}.2` : file.id },
      {
        url: url(),
        token,
        signal,
        request,
        onProgress: (sent) => onProgress(file.id, sent),
        onBegun: (place) => places.set(file.id, place),
        pause: (milliseconds) => pause(signal, milliseconds),
      },
    );
    ready.set(file.id, id);
    onReady(file.id, id);
  }

  /**
   * @param {readonly Chat.Attached[]} files
   * @param {boolean} again
   * @param {AbortController} stop
   */
  async function sendAll(files, again, stop) {
    const queue = [...files];
    const worker = async () => {
      for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
        await sendOne(file, again, stop.signal);
      }
    };
    const workers = Array.from({ length: AT_ONCE }, worker);
    try {
      await Promise.all(workers);
    } catch (error) {
      // One file is refused: the message waits for a person, and so do its other files.
      stop.abort(error);
      await Promise.allSettled(workers);
      throw error;
    }
  }

  /** Gives up what the server has of some files. @param {readonly Chat.Attached[]} files */
  function forget(files) {
    for (const { id } of files) {
      const place = places.get(id);
      ready.delete(id);
      places.delete(id);
      // If that fails, the server deletes them an hour later.
      const headers = { "X-CSRFToken": token, "Tus-Resumable": "1.0.0" };
      if (place) request(place, { method: "DELETE", headers, keepalive: true }).catch(() => {});
    }
  }

  return {
    /**
     * Sends a message's files and then, naming them, the message.
     * @template T
     * @param {Chat.OutboxItem} item
     * @param {(files: Chat.PostedFile[]) => Promise<T>} post
     * @returns {Promise<T | Failure>}
     */
    async send({ client_id: clientId, attached = [] }, post) {
      const stop = new AbortController();
      current = { clientId, stop };
      try {
        return await inOneTab(clientId, stop.signal, async () => {
          if (!(await isWaiting(clientId))) return { type: /** @type {const} */ ("over") };
          await sendAll(attached, repeated.has(clientId), stop);
          return await post(
            attached.map(({ id, alt }) => ({
              id: ready.get(id) ?? "",
              ...(alt !== "" && { alt }),
            })),
          );
        });
      } catch (error) {
        if (error instanceof Refused) {
          const { code, message } = error;
          return { type: "error", error: { type: "error", client_id: clientId, code, message } };
        }
        if (!stop.signal.aborted) throw error;
        forget(attached);
        return { type: "over" };
      } finally {
        current = null;
      }
    },

    /**
     * Prepares to send a message's files again, since the server has not got them all; false if
     * that was done already.
     * @param {Chat.OutboxItem} item
     */
    again({ client_id: clientId, attached = [] }) {
      if (repeated.has(clientId)) return false;
      repeated.add(clientId);
      for (const { id } of attached) ready.delete(id);
      return true;
    },

    /** A person wants it to be tried again. @param {string} clientId */
    retry(clientId) {
      repeated.delete(clientId);
    },

    /** Stops if the message that is on its way is in the outbox no longer. @param {readonly Chat.OutboxItem[]} items */
    check(items) {
      if (current === null) return;
      const { clientId, stop } = current;
      const isThere = items.some(
        ({ client_id: id, state }) => id === clientId && state === "waiting",
      );
      if (!isThere) stop.abort();
    },

    /** Tries at once what waits for its next attempt: the connection is back. */
    wake() {
      for (const end of [...pauses]) end();
    },

    /** Another tab has sent a piece. */
    heard: () => heard(),
  };
}
