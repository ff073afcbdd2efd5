/**
 * What one browser keeps for one person's notifications. Its tabs share it: whether the person wants
 * any here, up to which message of a room they were told, and when a sound was made last.
 */

import { browserStorages } from "./browser-storage.js";

/** A sound follows another one after this long at the earliest. Milliseconds. */
const QUIET = 3000;

/**
 * @typedef {object} BellSettings
 * @property {boolean} on notifications and sounds are wanted in this browser
 * @property {boolean} sound
 * @property {string} endpoint of the browser's subscription to web push; "" without one
 * @property {number} seenAt when the server was last told of it; milliseconds since 1970
 */

/** @type {BellSettings} */
const NOTHING = { on: false, sound: true, endpoint: "", seenAt: 0 };

/** @param {string} userId */
const settingsKey = (userId) => `chat:${userId}:bell`;

/**
 * @param {string} userId
 * @param {Storage | undefined} [local]
 */
export function createBellStorage(userId, local = browserStorages().local) {
  const settings = settingsKey(userId);
  const sounded = `${settings}:sounded`;

  /** @param {string} key */
  const number = (key) => Number.parseInt(local?.getItem(key) ?? "", 10) || 0;

  /** @param {string} key @param {string} value */
  function write(key, value) {
    try {
      local?.setItem(key, value);
    } catch {
      // The storage is full: at worst something is told twice.
    }
  }

  const storage = {
    /** @returns {BellSettings} */
    get settings() {
      return { ...NOTHING, ...checked(local?.getItem(settings) ?? null) };
    },

    /** @param {Partial<BellSettings>} changes */
    change(changes) {
      write(settings, JSON.stringify({ ...storage.settings, ...changes }));
    },

    /**
     * Calls back when another tab has changed the settings.
     * @param {() => void} callback
     */
    onChange(callback) {
      addEventListener("storage", ({ key }) => key === settings && callback());
    },

    /**
     * Returns those messages of a room that no tab has told of, and keeps that this tab does.
     * @template {{seq: number}} Message
     * @param {string} roomId
     * @param {readonly Message[]} messages by `seq`
     */
    claim(roomId, messages) {
      const key = `${settings}:${roomId}:told`;
      const told = number(key);
      const rest = messages.filter(({ seq }) => seq > told);
      if (rest.length > 0) write(key, String(rest[rest.length - 1].seq));
      return rest;
    },

    /** Returns true if a sound may be made now, and keeps that one is. @param {number} now */
    claimSound(now) {
      const last = number(sounded);
      // A clock that was set back does not silence a browser for long.
      if (last <= now && now - last < QUIET) return false;
      write(sounded, String(now));
      return true;
    },
  };
  return storage;
}

/**
 * Forgets what this browser keeps for notifications, whoever they are for: somebody has signed out.
 * @param {Storage | undefined} [local]
 */
export function forgetBells(local = browserStorages().local) {
  for (const key of Object.keys(local ?? {})) {
    if (/^chat:[^:]+:bell(:|$)/.test(key)) local?.removeItem(key);
  }
}

/**
 * Returns what of a stored text is a setting; nothing of what something else wrote there.
 * @param {string | null} text
 * @returns {Partial<BellSettings>}
 */
function checked(text) {
  try {
    const kept = JSON.parse(text ?? "{}");
    return Object.fromEntries(
      Object.entries(NOTHING)
        .filter(([name, value]) => typeof kept?.[name] === typeof value)
        .map(([name]) => [name, kept[name]]),
    );
  } catch {
    return {};
  }
}
