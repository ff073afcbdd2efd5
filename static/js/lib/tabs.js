/**
 * What the tabs of one browser share: a channel for messages between them, and a lock so that only
 * one acts.
 */

/** A tab that holds the lock for longer than this is taken to be asleep. Milliseconds. */
const LOCK_TIMEOUT = 15_000;

/**
 * Returns a function that runs work in one tab at a time. Nothing depends on it for correctness (a
 * message sent by two tabs is stored once), so a browser without locks, or a sleeping tab that
 * holds the lock, delays nobody for long.
 * @param {string} name
 * @param {LockManager | undefined} [locks] missing on pages over plain HTTP
 * @returns {(work: () => Promise<void>) => Promise<void>}
 */
export function tabLock(name, locks = globalThis.navigator?.locks) {
  return async (work) => {
    if (!locks) return work();
    let started = false;
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), LOCK_TIMEOUT);
    try {
      await locks.request(name, { signal: waiting.signal }, async () => {
        clearTimeout(timer);
        started = true;
        await work();
      });
    } catch (error) {
      if (started) throw error;
      await work();
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * Opens a channel between the tabs of one person in one room; returns the function that sends.
 * @template T
 * @param {string} name
 * @param {(message: T) => void} onMessage
 * @returns {(message: T) => void}
 */
export function tabChannel(name, onMessage) {
  if (typeof BroadcastChannel === "undefined") return () => {};
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => onMessage(event.data);
  return (message) => channel.postMessage(message);
}

/** Returns a random id; `crypto.randomUUID` is missing on pages over plain HTTP. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
