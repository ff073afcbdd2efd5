/** What the tabs of one browser share: a channel to tell each other, and a lock so that one acts. */

/** After this many milliseconds the tab that holds the lock is taken to be asleep. */
const LOCK_TIMEOUT = 15_000;

/**
 * One tab at a time. Nothing depends on it for correctness (a message sent by two tabs is one message), so a
 * browser without locks, or a tab put to sleep with the lock in its hand, delays nobody for long.
 * @param {string} name
 * @param {LockManager | undefined} [locks] missing on pages that came over plain HTTP
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
 * Messages between the tabs of one person in one room.
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

/** A random id; `crypto.randomUUID` is missing on pages that came over plain HTTP. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
