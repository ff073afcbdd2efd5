/**
 * The state of a session, and who is told when it changes: what was read, the page, and those that
 * wait for a message of mine to be in the log.
 */

import { MEMORY_CAP } from "../state/loaded-range.js";
import { has, lowerBound } from "../state/messages.js";
import { apply, initial } from "../state/store.js";

/** Memory is trimmed in steps of this many messages rather than one by one. */
const TRIM_STEP = 200;

/**
 * @typedef {ReturnType<typeof createSessionState>} SessionState
 *
 * @typedef {object} Options
 * @property {Chat.Person} you
 * @property {number} largestFile that can be sent, as the page came; bytes
 * @property {Chat.Unread} unread
 * @property {Chat.SessionHooks} hooks
 * @property {(clientId: string, seq: number | null) => void} onSettled a message of mine is in the
 *   log, up to this `seq`
 * @property {(person: Chat.Author) => void} onSpoken somebody's message has come
 * @property {(cursor: number) => void} onCursor the log is known further than before
 */

/** @param {Options} options */
export function createSessionState({
  you,
  largestFile,
  unread,
  hooks,
  onSettled,
  onSpoken,
  onCursor,
}) {
  let state = initial(you, largestFile);
  /** The cursor that was last told of. */
  let reached = -1;

  return {
    get current() {
      return state;
    },

    /** @param {Chat.Action} action */
    dispatch(action) {
      const step = apply(state, action);
      state = step.state;
      if (state.messages.length > MEMORY_CAP + TRIM_STEP) {
        state = apply(state, { type: "trim", ...hooks.bounds() }).state;
      }
      // The message is at the cursor or before it. Given that number, the store does not wait for a
      // message that has been trimmed since.
      for (const clientId of step.settled) onSettled(clientId, state.cursor);
      if (step.incoming.length > 0) {
        unread.arrived(step.incoming);
        hooks.messagesChanged(step.incoming);
      }
      if (step.fresh.length > 0) {
        for (const { author } of step.fresh) if (author) onSpoken(author);
        hooks.newMessages(step.fresh);
      }
      if (state.cursor !== null && state.cursor !== reached) {
        reached = state.cursor;
        onCursor(reached);
      }
      hooks.changed();
      return step;
    },

    /** Counts the loaded messages again: somebody may have been hidden, or shown again. */
    recount() {
      const loaded = [...state.messages, ...(state.tail ?? [])];
      unread.arrived(loaded);
      hooks.messagesChanged(loaded);
    },

    /**
     * Returns a message that is loaded, or was quoted; null when it cannot be had, undefined while
     * nobody knows.
     * @param {number} seq
     */
    find(seq) {
      const list = [state.messages, state.tail ?? []].find((some) => has(some, seq));
      return list?.[lowerBound(list, seq)] ?? state.quoted.get(seq);
    },
  };
}
