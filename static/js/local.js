/**
 * What this browser keeps for one person in one room: the draft and the place read up to (until the
 * room is left), and a snapshot that lets a reload of this tab paint at once. Every key carries the person's id,
 * so that the next person at the same machine finds nothing of it.
 */

const PREFIX = "chat:";

/**
 * @param {string} userId
 * @param {string} roomId
 * @param {{local?: Storage, session?: Storage}} [storages]
 */
export function createLocal(userId, roomId, storages = browserStorages()) {
  const prefix = `${PREFIX}${userId}:`;
  const draft = `${prefix}${roomId}:draft`;
  const readUpTo = `${prefix}${roomId}:read`;
  const snapshot = `${prefix}${roomId}:snapshot`;
  const changes = `${prefix}${roomId}:changes`;
  const { local, session } = storages;

  return {
    /** Takes away what another person left in this tab. */
    forgetOthers() {
      for (const key of Object.keys(session ?? {})) {
        if (key.startsWith(PREFIX) && !key.startsWith(prefix)) write(session, key, null);
      }
    },

    /** Of this room, nothing is left but what waits in the outbox. */
    clear() {
      write(local, draft, null);
      write(local, readUpTo, null);
      write(session, snapshot, null);
      write(session, changes, null);
    },

    draft: () => read(local, draft) ?? "",
    /** @param {string} text */
    keepDraft: (text) => write(local, draft, text === "" ? null : text),

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
