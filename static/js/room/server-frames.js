/** Deals with each frame of the server: the one place that knows what they mean for a session. */

import { actionOf } from "../net/page-requests.js";
import { parse } from "../net/protocol.js";
import { isContiguous } from "../state/loaded-range.js";
import { endOf, isUnread } from "../state/messages.js";

/** An absence shorter than this is not mentioned. Milliseconds. */
const SHORT_ABSENCE = 60_000;

/**
 * @typedef {object} Options
 * @property {Chat.PageData} page
 * @property {import("./session-state.js").SessionState} state
 * @property {Chat.Unread} unread
 * @property {ReturnType<typeof import("../net/outbox.js").createOutbox>} outbox
 * @property {ReturnType<typeof import("../net/changes.js").createChanges>} changes
 * @property {ReturnType<typeof import("../net/typing.js").createTypists>} typists
 * @property {ReturnType<typeof import("../net/page-requests.js").createPageRequests>} requests
 * @property {Chat.SessionHooks} hooks
 * @property {() => number} since when the connection was last as it should be; milliseconds
 * @property {() => void} restart resumes on a new connection: something was missed
 */

/** @param {Options} options */
export function createServerFrames({
  page,
  state,
  unread,
  outbox,
  changes,
  typists,
  requests,
  hooks,
  since,
  restart,
}) {
  /** The server's last error message: when it ends the connection, that is the reason. */
  let closeReason = "";

  /** @param {Chat.Welcome} frame */
  function welcomed(frame) {
    if (frame.room.id !== page.room.id || frame.you.id !== page.me.id) {
      // The code now belongs to another room, or this browser is signed in as another person.
      location.assign(page.urls.room);
      return false;
    }
    const { cursor, hidden } = state.current;
    const absence = cursor === null ? 0 : Date.now() - since();
    const isLong = absence >= SHORT_ABSENCE;
    if (isLong) unread.endVisit();
    const step = state.dispatch(frame);
    if (step.gap) {
      restart();
      return false;
    }
    if (hidden.size > 0 || state.current.hidden.size > 0) state.recount();
    hooks.room(frame.room);
    if (frame.mode === "reset") unread.rewind(frame.through);
    hooks.you(frame.you);
    hooks.welcomed(frame.mode);
    const missed = step.fresh.filter((message) =>
      isUnread(message, 0, page.me.id, state.current.hidden),
    );
    if (isLong && missed.length > 0) {
      hooks.missed(frame.mode === "reset" ? null : missed.map(({ seq }) => seq));
    }
    return true;
  }

  /** @param {Chat.Page} frame */
  function pageLoaded(frame) {
    const request = requests.answered(frame.ref);
    if (request === undefined) return;
    const last = endOf(state.current.messages);
    if (request.want === "newer" && !isContiguous(frame, last)) {
      hooks.pageTooShort(Math.ceil((request.before - last) / 2));
      return;
    }
    state.dispatch(actionOf(request, frame));
    if (request.want === "around") hooks.aroundLoaded(request.seq);
  }

  /** @param {Chat.Ack} frame */
  function acked(frame) {
    if (frame.client_id) {
      outbox.acked(frame.client_id, frame.seq ?? null);
      hooks.posted();
    } else if (changes.acked(frame, state.current.cursor ?? 0)) hooks.posted();
  }

  /** @param {Chat.ErrorFrame} frame */
  function refused(frame) {
    if (outbox.refused(frame) || changes.refused(frame)) return;
    closeReason = frame.message;
    const request = requests.answered(frame.ref);
    // The page is requested again when its edge of the log is next found in view.
    if (request !== undefined) setTimeout(hooks.changed, (frame.retry_after ?? 1) * 1000);
    else if (frame.code !== "rate_limited") hooks.refused(frame.message);
  }

  return {
    get closeReason() {
      return closeReason;
    },

    /**
     * @param {unknown} data of a WebSocket message
     * @returns {boolean} true for a welcome that was accepted
     */
    take(data) {
      const frame = parse(data);
      switch (frame?.type) {
        case "welcome":
          return welcomed(frame);
        case "events":
          if (state.dispatch(frame).gap) restart();
          break;
        case "you":
          state.dispatch(frame);
          state.recount();
          hooks.you(frame.you);
          break;
        case "members":
        case "requests":
          state.dispatch(frame);
          break;
        case "room":
          state.dispatch(frame);
          hooks.room(frame.room);
          break;
        case "read":
          for (const { id, seq } of frame.reads) if (id === page.me.id) unread.readElsewhere(seq);
          state.dispatch(frame);
          break;
        case "elsewhere":
          hooks.elsewhere(frame.rooms);
          break;
        case "handoff":
          hooks.handoff();
          break;
        case "typing":
          if (frame.user.id !== page.me.id && !state.current.hidden.has(frame.user.id)) {
            typists.started(frame.user);
          }
          break;
        case "ack":
          acked(frame);
          break;
        case "page":
          pageLoaded(frame);
          break;
        case "error":
          refused(frame);
          break;
      }
      return false;
    },
  };
}
