/**
 * What this browser keeps for one person in one room: drafts and the place read up to (until the
 * room is left), and a snapshot that lets a reload of this tab paint at once. Every key carries the person's id,
 * so that the next person at the same machine finds nothing of it.
 *
 * Each tab has a draft of its own, which it keeps over a reload. A copy in the browser's storage, under
 * the tab's name, outlives the tab: the next one that is opened takes over the drafts of those closed.
 */

import { randomId } from "../lib/tabs.js";

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
      const kept = parsed(read(session, snapshot));
      return isSnapshot(kept) ? kept : null;
    },
    /** What was done to messages and had not happened yet when the page went. @returns {Chat.Change[]} */
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

/**
 * What is kept may be of another release, or of anything else that ran under this address: what does not
 * have the shape that is expected is dropped, and the server tells it again.
 * @param {string | null} text
 * @returns {unknown}
 */
function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** @param {any} kept @returns {kept is Chat.Snapshot} */
function isSnapshot(kept) {
  return (
    typeof kept?.room?.id === "string" &&
    typeof kept.room.code === "string" &&
    Number.isSafeInteger(kept.cursor) &&
    typeof kept.older === "boolean" &&
    areAll(kept.messages, isMessage) &&
    areAll(kept.members, isPerson)
  );
}

/** @param {any} kept */
function isMessage(kept) {
  return (
    Number.isSafeInteger(kept?.seq) &&
    Number.isSafeInteger(kept.changed) &&
    typeof kept.kind === "string" &&
    typeof kept.body === "string" &&
    typeof kept.deleted === "boolean" &&
    !Number.isNaN(Date.parse(kept.at)) &&
    (kept.author === null || isPerson(kept.author)) &&
    areAll(kept.mentions ?? [], (id) => typeof id === "string") &&
    areAll(Object.values(kept.reactions ?? {}), Array.isArray)
  );
}

/** @param {any} kept */
function isPerson(kept) {
  return typeof kept?.id === "string" && typeof kept.name === "string";
}

/** @param {any} kept @returns {kept is Chat.Change} */
function isChange(kept) {
  if (typeof kept?.ref !== "string" || !Number.isSafeInteger(kept.seq)) return false;
  if (kept.changed !== null && !Number.isSafeInteger(kept.changed)) return false;
  switch (kept.kind) {
    case "edit":
      return typeof kept.body === "string" && !Number.isNaN(Date.parse(kept.at));
    case "delete":
      return true;
    case "react":
      return typeof kept.emoji === "string" && typeof kept.on === "boolean";
    case "pin":
      return typeof kept.on === "boolean";
    default:
      return false;
  }
}

/**
 * @param {unknown} list
 * @param {(item: any) => boolean} test
 */
function areAll(list, test) {
  return Array.isArray(list) && list.every(test);
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
