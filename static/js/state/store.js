/**
 * Everything the page knows about the room, as a pure reducer: `apply(state, action)` returns the
 * next state and what others have to be told. The cursor decides what is accepted: a frame that
 * does not start at this page's cursor means that a change was missed, and only a resume repairs
 * that.
 */

import { around, newer, newest, older, TAIL_CAP, trim } from "./loaded-range.js";
import { append, lowerBound, revise } from "./messages.js";
import { advanceReads, updatePinned, updateQuoted } from "./room-extras.js";

/**
 * @param {Chat.Person} you
 * @param {number} [largestFile] that can be sent; bytes
 * @returns {Chat.State}
 */
export function initial(you, largestFile = 0) {
  return {
    room: null,
    you,
    waiting: [],
    limits: { body: 4000, file: largestFile },
    cursor: null,
    history: "",
    messages: [],
    older: false,
    tail: null,
    members: new Map(),
    names: new Map([[you.id, you.name]]),
    pending: [],
    pinned: [],
    quoted: new Map(),
    reads: new Map(),
    hidden: new Set(),
  };
}

/**
 * @param {Chat.State} state
 * @param {Chat.Action} action
 * @returns {Chat.Step}
 */
export function apply(state, action) {
  switch (action.type) {
    case "welcome":
      return welcome(state, action);
    case "events":
      return events(state, action);
    case "members":
      return step(members(state, action));
    case "room":
      return step({ ...state, room: action.room });
    case "you":
      return step({
        ...state,
        you: action.you,
        names: updateNames(state.names, [action.you]),
        hidden: new Set(action.you.hidden),
      });
    case "requests":
      return step({ ...state, waiting: action.waiting });
    case "restore":
      return step(restore(state, action.snapshot));
    case "older":
      return step(older(state, action.before, action.page));
    case "newer":
      return step(newer(state, action.before, action.page));
    case "around":
      return step(around(state, action.page));
    case "newest":
      return step(newest(state));
    case "trim":
      return step(trim(state, action.first, action.last));
    case "read":
      return step({ ...state, reads: advanceReads(state.reads, action.reads) });
    case "quoted":
      return step({ ...state, quoted: new Map([...state.quoted, [action.seq, action.message]]) });
    case "outbox":
      return step(outbox(state, action.items));
    case "sent":
      return step(sent(state, action.client_id, action.seq));
  }
}

/**
 * Returns what a reload of this tab can start from, or null when there is nothing to keep.
 * @param {Chat.State} state
 * @param {number} count messages to keep
 * @returns {Chat.Snapshot | null}
 */
export function snapshot(state, count) {
  if (state.room === null || state.cursor === null) return null;
  const newestOnes = state.tail ?? state.messages;
  const messages = newestOnes.slice(-count);
  return {
    room: state.room,
    cursor: state.cursor,
    history: state.history,
    messages,
    older: state.tail !== null || state.older || messages.length < newestOnes.length,
    members: [...state.members.values()],
    hidden: [...state.hidden],
  };
}

/**
 * @param {Chat.State} state
 * @returns {Chat.Step}
 */
function step(state) {
  return { state, fresh: [], incoming: [], settled: [], gap: false };
}

/**
 * @param {Chat.State} state
 * @param {Chat.Welcome} frame
 * @returns {Chat.Step}
 */
function welcome(state, frame) {
  const known = {
    ...state,
    room: frame.room,
    history: frame.history ?? "",
    you: frame.you,
    hidden: new Set(frame.you.hidden),
    waiting: [], // sent again after the welcome
    limits: { ...state.limits, ...frame.limits },
    members: new Map(frame.members.map((person) => [person.id, person])),
    names: updateNames(state.names, [...frame.members, frame.you]),
    pinned: frame.pinned ?? [],
    reads: advanceReads(new Map(), frame.reads ?? []),
  };
  if (frame.mode === "resume") {
    if (frame.after !== state.cursor) return { ...step(state), gap: true };
    return advance(known, frame.messages, frame.through);
  }
  const messages = append([], frame.messages);
  const replaced = {
    ...known,
    messages,
    tail: null,
    quoted: new Map(),
    older: frame.older,
    cursor: frame.through,
    // An acked message is in the log, even if not on this page of it.
    pending: state.pending.filter((item) => item.state !== "sent"),
  };
  const since = state.cursor;
  return {
    ...settle(replaced, messages),
    incoming: messages,
    fresh: since === null ? [] : messages.slice(lowerBound(messages, since + 1)),
  };
}

/**
 * @param {Chat.State} state
 * @param {Chat.Events} frame
 * @returns {Chat.Step}
 */
function events(state, frame) {
  if (state.cursor === null) return step(state);
  if (frame.through <= state.cursor) return step(state);
  if (frame.after !== state.cursor) return { ...step(state), gap: true };
  return advance(state, frame.messages, frame.through);
}

/**
 * @param {Chat.State} state at `cursor`
 * @param {readonly Chat.Message[]} incoming every message changed after `cursor`, up to `through`
 * @param {number} through
 * @returns {Chat.Step}
 */
function advance(state, incoming, through) {
  const cursor = state.cursor ?? 0;
  const fresh = append(
    [],
    incoming.filter((message) => message.seq > cursor),
  );
  const messages = revise(state.messages, incoming);
  const next = {
    ...state,
    cursor: through,
    names: updateNames(
      state.names,
      fresh.flatMap((message) => message.author ?? []),
    ),
    pinned: updatePinned(state.pinned, incoming),
    quoted: updateQuoted(state.quoted, incoming),
    messages: state.tail === null ? append(messages, fresh) : messages,
    tail: state.tail && append(revise(state.tail, incoming), fresh).slice(-TAIL_CAP),
  };
  return { ...settle(next, incoming), fresh, incoming };
}

/**
 * Removes the messages that are in the log from the pending ones.
 * @param {Chat.State} state
 * @param {readonly Chat.Message[]} incoming
 * @returns {Chat.Step}
 */
function settle(state, incoming) {
  if (state.pending.length === 0) return step(state);
  const mine = clientIds(incoming, state.you);
  const settled = state.pending.filter((item) => mine.has(item.client_id));
  const pending = state.pending.filter(
    (item) => !mine.has(item.client_id) && !isPast(item, state.cursor),
  );
  return {
    ...step(pending.length === state.pending.length ? state : { ...state, pending }),
    settled: settled.map((item) => item.client_id),
  };
}

/**
 * @param {readonly Chat.Message[]} messages
 * @param {Chat.Person} you
 */
function clientIds(messages, you) {
  const ids = new Set();
  for (const message of messages) {
    if (message.client_id && message.author?.id === you.id) ids.add(message.client_id);
  }
  return ids;
}

/** @param {Chat.Pending} item @param {number | null} cursor */
function isPast(item, cursor) {
  return item.seq !== null && cursor !== null && item.seq <= cursor;
}

/**
 * @param {Chat.State} state
 * @param {Chat.MembersFrame} frame
 * @returns {Chat.State}
 */
function members(state, frame) {
  const next = new Map(state.members);
  for (const person of frame.left) next.delete(person.id);
  for (const person of frame.joined) next.set(person.id, { ...next.get(person.id), ...person });
  const you = { ...state.you, ...next.get(state.you.id) };
  return { ...state, you, members: next, names: updateNames(state.names, frame.joined) };
}

/**
 * @param {ReadonlyMap<string, string>} names
 * @param {readonly Chat.Author[]} people
 */
function updateNames(names, people) {
  const changed = people.filter((person) => names.get(person.id) !== person.name);
  if (changed.length === 0) return names;
  return new Map([...names, ...changed.map(({ id, name }) => /** @type {const} */ ([id, name]))]);
}

/**
 * @param {Chat.State} state
 * @param {Chat.Snapshot} kept
 * @returns {Chat.State}
 */
function restore(state, kept) {
  return {
    ...state,
    room: kept.room,
    cursor: kept.cursor,
    history: kept.history ?? "",
    messages: append([], kept.messages),
    older: kept.older,
    members: new Map(kept.members.map((person) => [person.id, person])),
    names: updateNames(state.names, kept.members),
    hidden: new Set(kept.hidden),
  };
}

/**
 * @param {Chat.State} state
 * @param {readonly Chat.Pending[]} items
 * @returns {Chat.State}
 */
function outbox(state, items) {
  const acked = state.pending.filter((item) => item.state === "sent");
  const done = clientIds(state.messages.concat(state.tail ?? []), state.you);
  for (const item of acked) done.add(item.client_id);
  return { ...state, pending: [...acked, ...items.filter((item) => !done.has(item.client_id))] };
}

/**
 * @param {Chat.State} state
 * @param {string} clientId
 * @param {number | null} seq null when the message is known to be in the log, but not where
 * @returns {Chat.State}
 */
function sent(state, clientId, seq) {
  const pending = state.pending.flatMap((item) => {
    if (item.client_id !== clientId) return [item];
    const acked = { ...item, state: /** @type {const} */ ("sent"), seq };
    return isPast(acked, state.cursor) ? [] : [acked];
  });
  return { ...state, pending };
}
