/**
 * One person's session in one room: holds together the socket, the store, the outbox and the
 * requested pages. Knows nothing of the page, which learns of everything through the hooks.
 */

import { randomId, tabChannel, tabLock } from "../lib/tabs.js";
import { createChanges, createPreview } from "../net/changes.js";
import { connectTo } from "../net/first-socket.js";
import { createOutbox } from "../net/outbox.js";
import { actionOf, createPageRequests } from "../net/page-requests.js";
import { page as pageFrame, parse, read as readFrame } from "../net/protocol.js";
import { createSocket, socketUrl } from "../net/socket.js";
import { createTypists } from "../net/typing.js";
import { isContiguous, MEMORY_CAP } from "../state/loaded-range.js";
import { endOf, has, isUnread, lowerBound } from "../state/messages.js";
import { apply, initial } from "../state/store.js";

/** Memory is trimmed in steps of this many messages rather than one by one. */
const TRIM_STEP = 200;

/** An absence shorter than this is not mentioned. Milliseconds. */
const SHORT_ABSENCE = 60_000;

/**
 * @typedef {object} Options
 * @property {Chat.PageData} page
 * @property {Chat.Snapshot | null} snapshot
 * @property {Chat.OutboxStore} storage
 * @property {Chat.Unread} unread
 * @property {readonly Chat.Change[]} changes that an earlier page of this tab had made and not seen
 *   happen
 * @property {(code: number | null, closeReason: string) => string} unsendableReason why messages
 *   can never be sent after a close code; "" if they wait until the person is back
 * @property {Chat.SessionHooks} hooks
 */

/** @param {Options} options */
export function createSession(options) {
  const { page, snapshot, storage, unread, changes: kept, unsendableReason, hooks } = options;
  let state = initial({ ...page.me, role: page.role });
  const queue = `${page.me.id} ${page.room.id}`;
  /** The server's last error message: when it ends the connection, that is the reason. */
  let closeReason = "";
  /**
   * client_ids that were seen in the log; the outbox drops them a little later.
   * @type {Set<string>}
   */
  const logged = new Set();
  /** The cursor that `changes` was last told of. */
  let reached = -1;

  /** @param {Chat.Action} action */
  function dispatch(action) {
    const step = apply(state, action);
    state = step.state;
    if (state.messages.length > MEMORY_CAP + TRIM_STEP) {
      state = apply(state, { type: "trim", ...hooks.bounds() }).state;
    }
    for (const clientId of step.settled) {
      logged.add(clientId);
      // The message is at the cursor or before it. Given that number, the store does not wait for a
      // message that has been trimmed since.
      outbox.acked(clientId, state.cursor);
    }
    if (step.incoming.length > 0) {
      unread.arrived(step.incoming);
      hooks.messagesChanged(step.incoming);
    }
    if (step.fresh.length > 0) {
      for (const { author } of step.fresh) if (author) typists.stop(author.id);
      hooks.newMessages(step.fresh);
    }
    if (state.cursor !== null && state.cursor !== reached) {
      reached = state.cursor;
      changes.reached(reached);
    }
    hooks.changed();
    return step;
  }

  /** Counts the loaded messages again: somebody may have been hidden, or shown again. */
  function recount() {
    const loaded = [...state.messages, ...(state.tail ?? [])];
    unread.arrived(loaded);
    hooks.messagesChanged(loaded);
  }

  const typists = createTypists(hooks.typing);

  const tellTabs = tabChannel(
    `chat ${queue}`,
    /** @param {Chat.TabNotice | {type: "read", seq: number}} notice */
    (notice) => {
      if (notice.type === "read") unread.readElsewhere(notice.seq);
      else outbox.receiveFromTab(notice);
      if (notice.type === "sent") hooks.posted();
    },
  );

  const socket = createSocket({
    url: () => `${socketUrl(page.urls.socket, location, page.room.id, state)}&crowd=1`,
    onData,
    onState,
    probe: () => pageFrame(1, 1, "probe"),
    open: connectTo,
  });

  const requests = createPageRequests((frame) => socket.send(frame));

  const changes = createChanges({
    kept,
    send: (frame) => socket.send(frame),
    newRef: () => `c${randomId()}`,
    onChange: hooks.changed,
    onRefused: hooks.changeRefused,
    onWait: hooks.wait,
    onOverdue: () => socket.restart(),
  });
  const preview = createPreview(page.me);

  const outbox = createOutbox({
    storage,
    queue,
    send: (frame) => socket.send(frame),
    exclusively: tabLock(`chat outbox ${queue}`),
    tell: tellTabs,
    newId: randomId,
    onChange: (items) =>
      dispatch({ type: "outbox", items: items.filter((item) => !logged.has(item.client_id)) }),
    onSent: (clientId, seq) => dispatch({ type: "sent", client_id: clientId, seq }),
    onWait: hooks.wait,
    onReplyTargetDeleted: hooks.replyTargetDeleted,
    onOverdue: () => socket.restart(),
  });

  /** @param {Chat.ConnectionState} connection */
  function onState(connection) {
    if (connection.phase === "live") {
      outbox.start();
      changes.start();
    } else {
      outbox.stop();
      changes.stop();
      requests.clear();
      typists.clear();
    }
    if (connection.phase === "over") {
      const reason = unsendableReason(connection.code, closeReason);
      if (reason !== "") void outbox.fail(reason);
      changes.abandon();
    }
    hooks.connection(connection);
  }

  /**
   * @param {unknown} data
   * @returns {boolean} true for a welcome that was accepted
   */
  function onData(data) {
    const frame = parse(data);
    switch (frame?.type) {
      case "welcome":
        return welcomed(frame);
      case "events":
        if (dispatch(frame).gap) socket.restart();
        break;
      case "you":
        dispatch(frame);
        recount();
        hooks.you(frame.you);
        break;
      case "members":
      case "requests":
        dispatch(frame);
        break;
      case "room":
        dispatch(frame);
        hooks.room(frame.room);
        break;
      case "read":
        for (const { id, seq } of frame.reads) if (id === page.me.id) unread.readElsewhere(seq);
        dispatch(frame);
        break;
      case "elsewhere":
        hooks.elsewhere(frame.rooms);
        break;
      case "handoff":
        hooks.handoff();
        break;
      case "typing":
        if (frame.user.id !== page.me.id && !state.hidden.has(frame.user.id)) {
          typists.started(frame.user);
        }
        break;
      case "ack":
        if (frame.client_id) {
          outbox.acked(frame.client_id, frame.seq ?? null);
          hooks.posted();
        } else if (changes.acked(frame, state.cursor ?? 0)) hooks.posted();
        break;
      case "page":
        pageLoaded(frame);
        break;
      case "error":
        refused(frame);
        break;
    }
    return false;
  }

  /** @param {Chat.Welcome} frame */
  function welcomed(frame) {
    if (frame.room.id !== page.room.id || frame.you.id !== page.me.id) {
      // The code now belongs to another room, or this browser is signed in as another person.
      location.assign(page.urls.room);
      return false;
    }
    const absence = state.cursor === null ? 0 : Date.now() - socket.state.since;
    const isLong = absence >= SHORT_ABSENCE;
    if (isLong) unread.endVisit();
    const wasHiding = state.hidden.size > 0;
    const step = dispatch(frame);
    if (step.gap) {
      socket.restart();
      return false;
    }
    if (wasHiding || state.hidden.size > 0) recount();
    hooks.room(frame.room);
    if (frame.mode === "reset") unread.rewind(frame.through);
    hooks.you(frame.you);
    hooks.welcomed(frame.mode);
    const missed = step.fresh.filter((message) => isUnread(message, 0, page.me.id, state.hidden));
    if (isLong && missed.length > 0) {
      hooks.missed(frame.mode === "reset" ? null : missed.map(({ seq }) => seq));
    }
    return true;
  }

  /** @param {Chat.Page} frame */
  function pageLoaded(frame) {
    const request = requests.answered(frame.ref);
    if (request === undefined) return;
    const last = endOf(state.messages);
    if (request.want === "newer" && !isContiguous(frame, last)) {
      hooks.pageTooShort(Math.ceil((request.before - last) / 2));
      return;
    }
    dispatch(actionOf(request, frame));
    if (request.want === "around") hooks.aroundLoaded(request.seq);
  }

  /** @param {number} seq */
  function loaded(seq) {
    const list = [state.messages, state.tail ?? []].find((some) => has(some, seq));
    return list?.[lowerBound(list, seq)] ?? state.quoted.get(seq);
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
    get state() {
      return state;
    },
    get closeReason() {
      return closeReason;
    },
    get connection() {
      return socket.state;
    },
    outbox,
    changes,
    socket,
    requestPage: requests.request.bind(requests),

    /** Shows what this browser keeps, then connects. */
    async start() {
      if (snapshot?.room.id === page.room.id) dispatch({ type: "restore", snapshot });
      await outbox.read();
      socket.connect();
    },

    /** Shows the newest messages again, dropping an earlier part of the log. */
    showNewest() {
      dispatch({ type: "newest" });
    },

    /**
     * Returns a message as it will be once my changes to it have happened.
     * @param {Chat.Message} message
     */
    preview: (message) => preview(message, changes.list),

    /**
     * Returns a message that another one replies to, and requests it if it is not loaded: null when
     * it cannot be had, undefined while nobody knows.
     * @param {number} seq
     */
    quote(seq) {
      const message = loaded(seq);
      if (message) return preview(message, changes.list);
      if (message === undefined)
        requests.request({ want: "quote", before: seq + 1, seq, limit: 1 });
      return message;
    },

    /** Returns true if I wrote a message that is loaded. @param {number} seq */
    isMine: (seq) => loaded(seq)?.author?.id === page.me.id,

    /** @param {number} seq read up to, in this tab */
    tellRead(seq) {
      socket.send(readFrame(seq, "read"));
      tellTabs({ type: "read", seq });
    },
  };
}
