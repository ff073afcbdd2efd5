/**
 * What this browser stores for one person in one room: drafts and the read position (until the room
 * is left), and a snapshot that lets a reload of this tab paint at once. Every key contains the
 * person's id, so that the next person at the same machine sees nothing of it.
 *
 * Each tab has its own draft, which survives a reload. A copy under the tab's name in the browser's
 * storage outlives the tab: the next tab that is opened takes over the drafts of closed ones.
 */

import { randomId } from "../lib/tabs.js";
import { isChange, isEditDraft, isSnapshot, parsed } from "./stored-shapes.js";

const PREFIX = "chat:";

/**
 * @param {string} userId
 * @param {string} roomId
 * @param {{local?: Storage, session?: Storage}} [storages]
 * @param {LockManager | undefined} [locks] missing on pages over plain HTTP
 */
export function createBrowserStorage(
  userId,
  roomId,
  storages = browserStorages(),
  locks = globalThis.navigator?.locks,
) {
  const prefix = `${PREFIX}${userId}:`;
  const draft = `${prefix}${roomId}:draft`;
  const edit = `${prefix}${roomId}:edit`;
  const readUpTo = `${prefix}${roomId}:read`;
  const snapshot = `${prefix}${roomId}:snapshot`;
  const changes = `${prefix}${roomId}:changes`;
  const tabName = `${prefix}${roomId}:tab`;
  const { local, session } = storages;
  let tab = read(session, tabName) ?? "";

  /** Returns the keys of all tabs' copies of what is kept under a key. @param {string} key */
  const copiesOf = (key) => Object.keys(local ?? {}).filter((copy) => copy.startsWith(`${key}:`));

  /**
   * Keeps a text in this tab, with a copy under the tab's name.
   * @param {string} key
   * @param {string | null} text
   */
  function keepWithCopy(key, text) {
    write(session, key, text);
    write(local, `${key}:${tab}`, text);
  }

  /** @param {string} text */
  const keepDraft = (text) => keepWithCopy(draft, text === "" ? null : text);

  /** @param {Chat.EditDraft | null} kept */
  const keepEdit = (kept) => keepWithCopy(edit, kept && JSON.stringify(kept));

  /**
   * Removes and returns what closed tabs left under a key.
   * @param {string} key
   * @param {ReadonlySet<unknown>} openTabs the names of locks
   */
  function takeOver(key, openTabs) {
    const left = copiesOf(key).filter((copy) => !openTabs.has(lockOf(copy.slice(key.length + 1))));
    const texts = new Set(left.map((copy) => read(local, copy) ?? ""));
    for (const copy of left) write(local, copy, null);
    return [...texts];
  }

  return {
    /** Deletes what another person left in this tab. */
    forgetOthers() {
      for (const key of Object.keys(session ?? {})) {
        if (key.startsWith(PREFIX) && !key.startsWith(prefix)) write(session, key, null);
      }
    },

    /**
     * Deletes everything about this room. Unsent messages stay in the outbox, which is stored
     * elsewhere.
     */
    clear() {
      for (const key of [...copiesOf(draft), ...copiesOf(edit)]) write(local, key, null);
      write(local, readUpTo, null);
      for (const key of [draft, edit, tabName, snapshot, changes]) write(session, key, null);
    },

    draft: () => read(session, draft) ?? "",
    keepDraft,

    /** Returns the edit that this tab left unfinished. @returns {Chat.EditDraft | null} */
    edit() {
      const kept = parsed(read(session, edit));
      return isEditDraft(kept) ? kept : null;
    },
    keepEdit,

    /** Gives this tab its own name, and if it has just been opened, the drafts of closed tabs. */
    async takeOverDrafts() {
      const isNew = tab === "";
      // A duplicated tab has the name of its original, and needs its own.
      if (isNew || !(await hold(locks, tab))) {
        tab = randomId();
        write(session, tabName, tab);
        await hold(locks, tab);
      }
      if (!isNew) return;
      const open = new Set((await locks?.query())?.held?.map(({ name }) => name));
      const [unfinished, ...others] = takeOver(edit, open).map(parsed).filter(isEditDraft);
      if (unfinished) keepEdit(unfinished);
      // A tab makes one edit at a time: the texts of other edits become drafts.
      const drafts = [...takeOver(draft, open), ...others.map(({ body }) => body)];
      if (drafts.length > 0) keepDraft(drafts.join("\n\n"));
    },

    /** Holds the tab's name again: the page was kept for the Back button, and is back. */
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
      const kept = parsed(read(session, snapshot));
      return isSnapshot(kept) ? kept : null;
    },
    /**
     * Returns my changes to messages that had not happened when the page went away.
     * @returns {Chat.Change[]}
     */
    changes() {
      const kept = parsed(read(session, changes));
      return Array.isArray(kept) ? kept.filter(isChange) : [];
    },
    /** @param {readonly Chat.Change[]} kept */
    keepChanges: (kept) => write(session, changes, kept.length > 0 ? JSON.stringify(kept) : null),

    /** @param {Chat.Snapshot | null} kept */
    keepSnapshot: (kept) => write(session, snapshot, kept && JSON.stringify(kept)),
  };
}

/**
 * Returns the snapshot that this tab keeps of the room with a code, and whose it is.
 * @param {string} code
 * @param {boolean} isWanted false: it is deleted instead
 * @param {Storage | undefined} [session]
 * @returns {{snapshot: Chat.Snapshot, userId: string} | null}
 */
export function takeSnapshot(code, isWanted, session = browserStorages().session) {
  for (const key of Object.keys(session ?? {})) {
    const userId = /^chat:([^:]+):[^:]+:snapshot$/.exec(key)?.[1];
    const kept = userId === undefined ? null : parsed(read(session, key));
    if (userId === undefined || !isSnapshot(kept) || kept.room.code !== code) continue;
    if (isWanted) return { snapshot: kept, userId };
    write(session, key, null);
  }
  return null;
}

/** @param {string} tab */
function lockOf(tab) {
  return `chat tab ${tab}`;
}

/**
 * Holds a tab's lock as long as its page exists; resolves to false if another page holds it.
 * @param {LockManager | undefined} locks
 * @param {string} tab
 * @returns {Promise<boolean>}
 */
function hold(locks, tab) {
  return new Promise((resolve) => {
    if (!locks) return resolve(true);
    const held = locks.request(lockOf(tab), { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      // Released with the page, which otherwise could not be kept for the Back button.
      return lock && new Promise((letGo) => addEventListener("pagehide", letGo, { once: true }));
    });
    // A browser that denies locks to this page is treated like one without locks.
    held.catch(() => resolve(true));
  });
}

/**
 * Returns no storages if the browser denies them to this page: then the first access throws.
 * @returns {{local?: Storage, session?: Storage}}
 */
export function browserStorages() {
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
    // The storage is full. Nothing here is indispensable: the outbox is stored elsewhere.
  }
}
