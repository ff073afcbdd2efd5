/**
 * What this browser keeps for one person in one room: drafts and the place read up to (until the
 * room is left), and a snapshot that lets a reload of this tab paint at once. Every key carries the person's id,
 * so that the next person at the same machine finds nothing of it.
 *
 * Each tab has a draft of its own, which it keeps over a reload. A copy in the browser's storage, under
 * the tab's name, outlives the tab: the next one that is opened takes over the drafts of those closed.
 */

import { randomId } from "./tabs.js";

const PREFIX = "chat:";

/**
 * @param {string} userId
 * @param {string} roomId
 * @param {{local?: Storage, session?: Storage}} [storages]
 * @param {LockManager | undefined} [locks] missing on pages that came over plain HTTP
 */
export function createLocal(
  userId,
  roomId,
  storages = browserStorages(),
  locks = globalThis.navigator?.locks,
) {
  const prefix = `${PREFIX}${userId}:`;
  const draft = `${prefix}${roomId}:draft`;
  const readUpTo = `${prefix}${roomId}:read`;
  const snapshot = `${prefix}${roomId}:snapshot`;
  const changes = `${prefix}${roomId}:changes`;
  const tabName = `${prefix}${roomId}:tab`;
  const { local, session } = storages;
  let tab = read(session, tabName) ?? "";

  /** Keys of the copies of drafts, of all tabs. */
  const copies = () => Object.keys(local ?? {}).filter((key) => key.startsWith(draft));

  /** @param {string} text */
  function keepDraft(text) {
    const kept = text === "" ? null : text;
    write(session, draft, kept);
    write(local, `${draft}:${tab}`, kept);
  }

  return {
    /** Takes away what another person left in this tab. */
    forgetOthers() {
      for (const key of Object.keys(session ?? {})) {
        if (key.startsWith(PREFIX) && !key.startsWith(prefix)) write(session, key, null);
      }
    },

    /** Of this room, nothing is left but what waits in the outbox. */
    clear() {
      for (const key of copies()) write(local, key, null);
      write(local, readUpTo, null);
      for (const key of [draft, tabName, snapshot, changes]) write(session, key, null);
    },

    draft: () => read(session, draft) ?? "",
    keepDraft,

    /** A tab that has just been opened takes over what closed ones left unsent. */
    async takeOverDrafts() {
      const isNew = tab === "";
      // A tab that was duplicated has the name of its original, and needs one of its own.
      if (isNew || !(await hold(locks, tab))) {
        tab = randomId();
        write(session, tabName, tab);
        await hold(locks, tab);
      }
      if (!isNew) return;
      const open = new Set((await locks?.query())?.held?.map(({ name }) => name));
      const left = copies().filter((key) => !open.has(lockOf(key.slice(draft.length + 1))));
      if (left.length === 0) return;
      const texts = new Set(left.map((key) => read(local, key)));
      for (const key of left) write(local, key, null);
      keepDraft([...texts].join("\n\n"));
    },

    /** The page was kept for the Back button, and is back. */
    returned: () => hold(locks, tab),

    /** @returns {number | null} */
    readUpTo() {
      const seq = Number.parseInt(read(local, readUpTo) ?? "", 10);
      return Number.isNaN(seq) ? null : seq;
    },
    /** @param {number} seq */
    keepReadUpTo: (seq) => write(local, readUpTo, String(seq)),

    /** @returns {Chat.Snapshot | null} */
    snapshot() {
      try {
        return JSON.parse(read(session, snapshot) ?? "null");
      } catch {
        return null;
      }
    },
    /** What was done to messages and had not happened yet when the page went. @returns {Chat.Change[]} */
    changes() {
      try {
        return JSON.parse(read(session, changes) ?? "[]");
      } catch {
        return [];
      }
    },
    /** @param {readonly Chat.Change[]} kept */
    keepChanges: (kept) => write(session, changes, kept.length > 0 ? JSON.stringify(kept) : null),

    /** @param {Chat.Snapshot | null} kept */
    keepSnapshot: (kept) => write(session, snapshot, kept && JSON.stringify(kept)),
  };
}

/** @param {string} tab */
function lockOf(tab) {
  return `chat tab ${tab}`;
}

/**
 * Holds a tab's lock for as long as its page is there; false if another page has it.
 * @param {LockManager | undefined} locks
 * @param {string} tab
 * @returns {Promise<boolean>}
 */
function hold(locks, tab) {
  return new Promise((resolve) => {
    if (!locks) return resolve(true);
    const held = locks.request(lockOf(tab), { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // Let go of with the page, which could not be kept for the Back button otherwise.
      return lock && new Promise((letGo) => addEventListener("pagehide", letGo, { once: true }));
    });
    // A browser that denies locks to this page: as without any.
    held.catch(() => resolve(true));
  });
}

/** Storage that the browser denies to this page throws on the first touch. */
function browserStorages() {
  try {
    return { local: localStorage, session: sessionStorage };
  } catch {
    return {};
  }
}

/**
 * @param {Storage | undefined} storage
 * @param {string} key
 */
function read(storage, key) {
  return storage?.getItem(key) ?? null;
}

/**
 * @param {Storage | undefined} storage
 * @param {string} key
 * @param {string | null} value
 */
function write(storage, key, value) {
  try {
    if (value === null) storage?.removeItem(key);
    else storage?.setItem(key, value);
  } catch {
    // Full: these are comforts, the outbox is kept elsewhere.
  }
}
