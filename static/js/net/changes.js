/**
 * My changes to messages: edits, deletions, reactions, pins. They are shown at once, sent while the
 * connection is live, and sent again after a reconnect. That is safe, since each states the wanted
 * result, not a difference. A change that the server refuses is taken back, with its reason. Only
 * one edit of a message is on its way at a time, since each edit is of the text that the one before
 * it made.
 */

import { edit, isTemporary, pin, react, remove } from "./protocol.js";

/** Without an answer for this long, the connection is doubted. Milliseconds. */
const ACK_TIMEOUT = 10_000;

/**
 * Seconds before a change is sent again that the server could not make just now, unless the server
 * says how many.
 */
const RETRY_AFTER = 1;

/**
 * @typedef {object} Options
 * @property {readonly Chat.Change[]} kept by an earlier page of this tab
 * @property {(frame: object) => boolean} send false when there is no live connection
 * @property {() => string} newRef
 * @property {() => void} onChange
 * @property {(reason: string, change: Chat.Change, code?: string) => void} onRefused
 * @property {(seconds: number) => void} onWait how long the server asks to wait before the next
 *   edit
 * @property {() => void} onOverdue
 */

/** @param {Options} options */
export function createChanges({ kept, send, newRef, onChange, onRefused, onWait, onOverdue }) {
  /** In the order they were made. @type {readonly Chat.Change[]} */
  let list = kept.filter(({ changed }) => changed === null);
  let isLive = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** The `ref` of each change that the server was asked for too early, until it is sent again. */
  const resting = new Set();

  /** Waits for the answers to what was sent. */
  function watch() {
    clearTimeout(timer);
    if (isLive && list.some(({ changed, ref }) => changed === null && !resting.has(ref))) {
      timer = setTimeout(onOverdue, ACK_TIMEOUT);
    }
  }

  /** @param {readonly Chat.Change[]} next */
  function replaceList(next) {
    list = next;
    watch();
    onChange();
  }

  /** Sends a change again. @param {Chat.Change} change */
  function sendAgain(change) {
    resting.delete(change.ref);
    if (isLive && find(change.ref)) send(frameOf(change));
    watch();
  }

  /** @param {number} seq */
  const editsOf = (seq) => list.filter((one) => one.kind === "edit" && one.seq === seq);

  /** @param {Chat.Change} change */
  const isNext = (change) =>
    change.kind !== "edit" ||
    editsOf(change.seq).find(({ changed }) => changed === null) === change;

  /** @param {number} seq */
  function sendNextEdit(seq) {
    const next = editsOf(seq).find(({ changed }) => changed === null);
    if (isLive && next !== undefined) send(frameOf(next));
  }

  /** @param {string | undefined} ref */
  const find = (ref) => list.find((change) => change.ref === ref);

  return {
    /** The changes that the log does not show yet; the list is replaced, never changed in place. */
    get list() {
      return list;
    },

    /** @param {Chat.Command} command */
    add(command) {
      const change = { ...command, ref: newRef(), changed: null };
      // This edits a text whose `edited_at` nobody knows: the server has not confirmed it yet.
      if (change.kind === "edit" && editsOf(change.seq).length > 0) change.of = undefined;
      replaceList([...list, change]);
      if (isLive && isNext(change)) send(frameOf(change));
    },

    /** Sends every change: the connection is live. */
    start() {
      isLive = true;
      resting.clear();
      for (const change of list) {
        if (change.changed === null && isNext(change)) send(frameOf(change));
      }
      replaceList(list);
    },

    stop() {
      isLive = false;
      clearTimeout(timer);
    },

    /** Takes back what has not happened: the connection is gone for good. */
    abandon() {
      const left = list.filter(({ changed }) => changed === null);
      replaceList([]);
      for (const change of left) onRefused("", change);
    },

    /**
     * @param {Chat.Ack} ack
     * @param {number} cursor how far the log is known
     * @returns {boolean} true if this was an edit
     */
    acked({ ref, changed }, cursor) {
      const change = find(ref);
      if (change === undefined) return false;
      const done = list.map((one) => (one.ref === ref ? { ...one, changed: changed ?? 0 } : one));
      replaceList(rest(done, cursor));
      if (change.kind === "edit") sendNextEdit(change.seq);
      return change.kind === "edit";
    },

    /**
     * @param {Chat.ErrorFrame} error
     * @returns {boolean} true if it was about one of these changes
     */
    refused({ ref, code, message, retry_after: wait = RETRY_AFTER }) {
      const change = find(ref);
      if (change === undefined) return false;
      if (isTemporary(code)) {
        if (change.kind === "edit") onWait(wait);
        resting.add(change.ref);
        watch();
        setTimeout(sendAgain, wait * 1000, change);
        return true;
      }
      // Edits that were to follow one in conflict are in conflict too; the last one has the text
      // that is meant.
      const after = code === "conflict" ? editsOf(change.seq) : [];
      replaceList(list.filter((one) => one !== change && !after.includes(one)));
      if (change.kind === "edit") sendNextEdit(change.seq);
      onRefused(message, after.at(-1) ?? change, code);
      return true;
    },

    /**
     * Drops the changes that the log shows up to a cursor.
     * @param {number} cursor
     */
    reached(cursor) {
      const left = rest(list, cursor);
      if (left.length !== list.length) replaceList(left);
    },
  };
}

/**
 * @param {readonly Chat.Change[]} list
 * @param {number} cursor
 */
function rest(list, cursor) {
  return list.filter(({ changed }) => changed === null || changed > cursor);
}

/** @param {Chat.Change} change */
function frameOf(change) {
  switch (change.kind) {
    case "edit":
      return edit(change.seq, change.body, change.ref, change.of);
    case "delete":
      return remove(change.seq, change.ref);
    case "react":
      return react(change.seq, change.emoji, change.on, change.ref);
    case "pin":
      return pin(change.seq, change.on, change.ref);
  }
}

/**
 * Returns a function that shows a message as it will look once my changes have happened.
 * @param {Chat.Author} me
 */
export function createPreview(me) {
  /** @type {WeakMap<Chat.Message, {changes: readonly Chat.Change[], shown: Chat.Message}>} */
  const made = new WeakMap();
  /** @type {readonly Chat.Change[]} */
  let sorted = [];
  /** @type {Map<number, readonly Chat.Change[]>} */
  let bySeq = new Map();

  /**
   * Returns the same object for the same message as long as the changes to it are the same.
   * @param {Chat.Message} message
   * @param {readonly Chat.Change[]} changes
   */
  return (message, changes) => {
    if (changes.length === 0) return message;
    if (changes !== sorted) {
      sorted = changes;
      bySeq = grouped(changes);
    }
    const mine = bySeq.get(message.seq);
    if (mine === undefined) return message;
    const known = made.get(message);
    if (known?.changes === mine) return known.shown;
    const shown = mine.reduce((now, change) => applyChange(now, change, me), message);
    made.set(message, { changes: mine, shown });
    return shown;
  };
}

/**
 * @param {readonly Chat.Change[]} changes
 * @returns {Map<number, readonly Chat.Change[]>}
 */
function grouped(changes) {
  /** @type {Map<number, Chat.Change[]>} */
  const groups = new Map();
  for (const change of changes) {
    groups.set(change.seq, [...(groups.get(change.seq) ?? []), change]);
  }
  return groups;
}

/**
 * @param {Chat.Message} message
 * @param {Chat.Change} change
 * @param {Chat.Author} me
 * @returns {Chat.Message}
 */
export function applyChange(message, change, me) {
  switch (change.kind) {
    case "edit":
      return {
        ...message,
        body: change.body,
        html: undefined,
        edited_at: message.edited_at ?? change.at,
      };
    case "delete":
      return { ...message, deleted: true, body: "", html: undefined, reactions: {}, pinned: false };
    case "pin":
      return { ...message, pinned: change.on };
    case "react": {
      const reactions = { ...message.reactions };
      const others = (reactions[change.emoji] ?? []).filter((id) => id !== me.id);
      if (change.on) reactions[change.emoji] = [...others, me.id];
      else if (others.length > 0) reactions[change.emoji] = others;
      else delete reactions[change.emoji];
      return { ...message, reactions, names: { ...message.names, [me.id]: me.name } };
    }
  }
}
