/**
 * One person's session in one room: puts together the socket, the state, the outbox and the requested
 * pages. Knows nothing of the page, which learns of everything through the hooks.
 */

import { randomId, tabChannel, tabLock } from "../lib/tabs.js";
import { createChanges, createPreview } from "../net/changes.js";
import { connectTo } from "../net/first-socket.js";
import { createOutbox } from "../net/outbox.js";
import { createPageRequests } from "../net/page-requests.js";
import { page as pageFrame, read as readFrame } from "../net/protocol.js";
import { createSocket, socketUrl } from "../net/socket.js";
import { createTypists } from "../net/typing.js";
import { createServerFrames } from "./server-frames.js";
import { createSessionState } from "./session-state.js";

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
  const queue = `${page.me.id} ${page.room.id}`;
  /**
   * client_ids that were seen in the log; the outbox drops them a little later.
   * @type {Set<string>}
   */
  const logged = new Set();

  const typists = createTypists(hooks.typing);

  const state = createSessionState({
    you: { ...page.me, role: page.role },
    largestFile: page.largestFile,
    unread,
    hooks,
    onSettled(clientId, seq) {
      logged.add(clientId);
      outbox.acked(clientId, seq);
    },
    onSpoken: ({ id }) => typists.stop(id),
    onCursor: (cursor) => changes.reached(cursor),
  });

  const tellTabs = tabChannel(
    `chat ${queue}`,
    /** @param {Chat.TabNotice | {type: "read", seq: number}} notice */
    (notice) => {
      if (notice.type === "read") unread.readElsewhere(notice.seq);
      else outbox.receiveFromTab(notice);
      if (notice.type === "sent") hooks.posted();
      if (notice.type === "progress") hooks.fileProgress(notice.id, notice.sent);
    },
  );

  const socket = createSocket({
    url: () => `${socketUrl(page.urls.socket, location, page.room.id, state.current)}&crowd=1`,
    onData: (data) => frames.take(data),
    onState: connectionChanged,
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
    onChange(items) {
      const waiting = items.filter((item) => !logged.has(item.client_id));
      state.dispatch({ type: "outbox", items: waiting });
    },
    onSent: (clientId, seq) => state.dispatch({ type: "sent", client_id: clientId, seq }),
    onWait: hooks.wait,
    onReplyTargetDeleted: hooks.replyTargetDeleted,
    onOverdue: () => socket.restart(),
    async loadFiles(isWaiting) {
      const { createOutboxFiles } = await import("../net/outbox-files.js");
      return createOutboxFiles({
        url: () => `${page.urls.room}files/`,
        token: page.token,
        isWaiting,
        onProgress(id, sent) {
          hooks.fileProgress(id, sent);
          tellTabs({ type: "progress", id, sent });
        },
        onReady: hooks.fileReady,
      });
    },
  });

  const frames = createServerFrames({
    page,
    state,
    unread,
    outbox,
    changes,
    typists,
    requests,
    hooks,
    since: () => socket.state.since,
    restart: () => socket.restart(),
  });

  /** @param {Chat.ConnectionState} connection */
  function connectionChanged(connection) {
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
      const reason = unsendableReason(connection.code, frames.closeReason);
      if (reason !== "") void outbox.fail(reason);
      changes.abandon();
    }
    hooks.connection(connection);
  }

  return {
    get state() {
      return state.current;
    },
    get closeReason() {
      return frames.closeReason;
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
      if (snapshot?.room.id === page.room.id) state.dispatch({ type: "restore", snapshot });
      await outbox.read();
      socket.connect();
    },

    /** Shows the newest messages again, dropping an earlier part of the log. */
    showNewest() {
      state.dispatch({ type: "newest" });
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
      const message = state.find(seq);
      if (message) return preview(message, changes.list);
      if (message === undefined)
        requests.request({ want: "quote", before: seq + 1, seq, limit: 1 });
      return message;
    },

    /** Returns true if I wrote a message that is loaded. @param {number} seq */
    isMine: (seq) => state.find(seq)?.author?.id === page.me.id,

    /** @param {number} seq read up to, in this tab */
    tellRead(seq) {
      socket.send(readFrame(seq, "read"));
      tellTabs({ type: "read", seq });
    },
  };
}
