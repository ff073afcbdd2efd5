/**
 * One person's presence in one room: the socket, the store, the outbox and what was asked for, held
 * together. Knows nothing of the page; it is told of everything through the hooks.
 */

import { randomId, tabChannel, tabLock } from "../lib/tabs.js";
import { createChanges, createPreview } from "../net/changes.js";
import { createOutbox } from "../net/outbox.js";
import { createRequests } from "../net/page-requests.js";
import { page as pageFrame, parse, read as readFrame } from "../net/protocol.js";
import { createSocket, socketUrl } from "../net/socket.js";
import { createTypists } from "../net/typing.js";
import { joins, MEMORY_CAP } from "../state/loaded-range.js";
import { has, isUnread, lowerBound } from "../state/messages.js";
import { apply, initial } from "../state/store.js";

/** Trimming goes in steps of this many messages rather than one by one. */
const TRIM_STEP = 200;

/** An absence shorter than this is not remarked upon. Milliseconds. */
const SHORT_ABSENCE = 60_000;

/**
 * @typedef {object} Hooks
 * @property {() => void} changed the state is another one
 * @property {(fresh: readonly Chat.Message[]) => void} fresh messages came, of this moment or of a resume
 * @property {(mode: "resume" | "reset") => void} welcomed
 * @property {(seq: number) => void} around the page around a message came
 * @property {(span: number) => void} shorter a page did not reach down to what is here: ask for a shorter one
 * @property {(connection: Chat.ConnectionState) => void} connection
 * @property {(people: Chat.Author[]) => void} typing
 * @property {(seqs: readonly number[] | null) => void} missed messages that came during an absence; null: many
 * @property {(messages: readonly Chat.Message[]) => void} incoming messages came or changed
 * @property {(room: Chat.Room) => void} room the room has other settings, or another code
 * @property {(message: string) => void} problem the server refused something
 * @property {(you: Chat.You) => void} standing the server has told of me
 * @property {() => void} spoke a message of mine was taken just now
 * @property {(seconds: number) => void} wait before another message is taken
 * @property {() => void} unanswerable a message went without the one it answers, which is gone
 * @property {(reason: string, change: Chat.Change, code?: string) => void} takenBack a change was refused
 * @property {() => {first: number, last: number}} bounds `seq`s between which nothing may be forgotten
 *
 * @typedef {object} Options
 * @property {Chat.PageData} page
 * @property {Chat.Snapshot | null} snapshot
 * @property {Chat.OutboxStore} storage
 * @property {Chat.Unread} unread
 * @property {readonly Chat.Change[]} changes that an earlier page of this tab had not seen happen
 * @property {(code: number | null, farewell: string) => string} lost why messages can never be sent after a
 *   close code; "" for those that wait until one is back
 * @property {Hooks} hooks
 */

/** @param {Options} options */
export function createSession({ page, snapshot, storage, unread, changes: kept, lost, hooks }) {
  let state = initial({ ...page.me, role: page.role });
  const queue = `${page.me.id} ${page.room.id}`;
  /** What the server said last of itself; before it ends the connection, why. */
  let farewell = "";
  /** What the log was seen to hold; the outbox lets go of it a little later. @type {Set<string>} */
  const logged = new Set();
  /** The cursor that was spoken of last. */
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
      // At the cursor or before it: with a number, what has been trimmed since stays gone.
      outbox.acked(clientId, state.cursor);
    }
    if (step.incoming.length > 0) {
      unread.arrived(step.incoming);
      hooks.incoming(step.incoming);
    }
    if (step.fresh.length > 0) {
      for (const { author } of step.fresh) if (author) typists.stop(author.id);
      hooks.fresh(step.fresh);
    }
    if (state.cursor !== null && state.cursor !== reached) {
      reached = state.cursor;
      changes.reached(reached);
    }
    hooks.changed();
    return step;
  }

  const typists = createTypists(hooks.typing);

  const tell = tabChannel(
    `chat ${queue}`,
    /** @param {Chat.TabNotice | {type: "read", seq: number}} notice */
    (notice) => {
      if (notice.type === "read") unread.readElsewhere(notice.seq);
      else outbox.heard(notice);
      if (notice.type === "sent") hooks.spoke();
    },
  );

  const socket = createSocket({
    url: () => socketUrl(page.urls.socket, location, page.room.id, state),
    onData,
    onState,
    probe: () => pageFrame(1, 1, "probe"),
  });

  const requests = createRequests((frame) => socket.send(frame));

  const changes = createChanges({
    kept,
    send: (frame) => socket.send(frame),
    newRef: () => `c${randomId()}`,
    onChange: hooks.changed,
    onRefused: hooks.takenBack,
    onWait: hooks.wait,
    onOverdue: () => socket.restart(),
  });
  const preview = createPreview(page.me);

  const outbox = createOutbox({
    storage,
    queue,
    send: (frame) => socket.send(frame),
    exclusively: tabLock(`chat outbox ${queue}`),
    tell,
    newId: randomId,
    onChange: (items) =>
      dispatch({ type: "outbox", items: items.filter((item) => !logged.has(item.client_id)) }),
    onSent: (clientId, seq) => dispatch({ type: "sent", client_id: clientId, seq }),
    onWait: hooks.wait,
    onUnanswerable: hooks.unanswerable,
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
    if (connection.phase === "over") ended(connection.code);
    hooks.connection(connection);
  }

  /** @param {number | null} code */
  function ended(code) {
    const reason = lost(code, farewell);
    if (reason !== "") void outbox.fail(reason);
    changes.abandon();
  }

  /**
   * @param {unknown} data
   * @returns {boolean} whether this was the welcome
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
        hooks.standing(frame.you);
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
      case "typing":
        if (frame.user.id !== page.me.id) typists.started(frame.user);
        break;
      case "ack":
        if (frame.client_id) {
          outbox.acked(frame.client_id, frame.seq ?? null);
          hooks.spoke();
        } else if (changes.acked(frame, state.cursor ?? 0)) hooks.spoke();
        break;
      case "page":
        paged(frame);
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
      // The code has passed on to another room, or this browser to another person.
      location.assign(page.urls.room);
      return false;
    }
    const absence = state.cursor === null ? 0 : Date.now() - socket.state.since;
    const long = absence >= SHORT_ABSENCE;
    if (long) unread.endVisit();
    const step = dispatch(frame);
    if (step.gap) {
      socket.restart();
      return false;
    }
    hooks.room(frame.room);
    if (frame.mode === "reset") unread.setBack(frame.through);
    hooks.standing(frame.you);
    hooks.welcomed(frame.mode);
    const talk = step.fresh.filter((message) => isUnread(message, 0, page.me.id));
    if (long && talk.length > 0) {
      hooks.missed(frame.mode === "reset" ? null : talk.map(({ seq }) => seq));
    }
    return true;
  }

  /** @param {Chat.Page} frame */
  function paged(frame) {
    const request = requests.answered(frame.ref);
    if (request === undefined) return;
    if (request.want === "quote") {
      const message = frame.messages.find(({ seq }) => seq === request.seq) ?? null;
      dispatch({ type: "quoted", seq: request.seq, message });
      return;
    }
    if (request.want === "around") {
      dispatch({ type: "around", page: frame });
      hooks.around(request.seq);
      return;
    }
    const last = state.messages.at(-1)?.seq ?? 0;
    if (request.want === "newer" && !joins(frame, last)) {
      hooks.shorter(Math.ceil((request.before - last) / 2));
      return;
    }
    dispatch({ type: request.want, before: request.before, page: frame });
  }

  /** @param {Chat.ErrorFrame} frame */
  function refused(frame) {
    if (outbox.refused(frame) || changes.refused(frame)) return;
    farewell = frame.message;
    const request = requests.answered(frame.ref);
    // A page is asked for again as soon as its edge of the log is looked at again.
    if (request !== undefined) setTimeout(hooks.changed, (frame.retry_after ?? 1) * 1000);
    else if (frame.code !== "rate_limited") hooks.problem(frame.message);
  }

  return {
    get state() {
      return state;
    },
    get farewell() {
      return farewell;
    },
    get connection() {
      return socket.state;
    },
    outbox,
    changes,
    socket,
    ask: requests.ask.bind(requests),

    /** Shows what is kept here, then connects. */
    async start() {
      if (snapshot?.room.id === page.room.id) dispatch({ type: "restore", snapshot });
      await outbox.read();
      socket.connect();
    },

    /** Lets go of an earlier stretch of the log. */
    showNewest() {
      dispatch({ type: "newest" });
    },

    /**
     * A message with what I am about to change in it.
     * @param {Chat.Message} message
     */
    preview: (message) => preview(message, changes.list),

    /**
     * A message that another one answers: asked for if it is not here. Null when it cannot be had,
     * undefined while it is not known.
     * @param {number} seq
     */
    quote(seq) {
      for (const list of [state.messages, state.tail ?? []]) {
        if (has(list, seq)) return preview(list[lowerBound(list, seq)], changes.list);
      }
      const known = state.quoted.get(seq);
      if (known === undefined) requests.ask({ want: "quote", before: seq + 1, seq, limit: 1 });
      return known;
    },

    /** @param {number} seq read up to, in this tab */
    tellRead(seq) {
      socket.send(readFrame(seq, "read"));
      tell({ type: "read", seq });
    },
  };
}
