/** Frame types, close codes and error codes of docs/PROTOCOL.md, version 1. Pure. */

export const PROTOCOL = 1;

export const SERVER_FRAMES = Object.freeze([
  "welcome",
  "events",
  "members",
  "room",
  "you",
  "requests",
  "typing",
  "read",
  "elsewhere",
  "handoff",
  "ack",
  "page",
  "error",
]);

export const CLIENT_FRAMES = Object.freeze([
  "post",
  "edit",
  "delete",
  "react",
  "pin",
  "read",
  "typing",
  "page",
  "leave",
]);

export const CLOSE = Object.freeze({
  RESTARTING: 4000,
  TOO_SLOW: 4001,
  BUSY: 4002,
  NOT_MEMBER: 4500,
  ROOM_CLOSED: 4501,
  REMOVED: 4502,
  SIGNED_OUT: 4503,
  TOO_MANY_BAD_FRAMES: 4504,
});

/** Errors that are not the message's fault: it is sent again later with the same `client_id`. */
const TEMPORARY_ERRORS = new Set(["unavailable", "rate_limited"]);

/** At most this many messages may be requested by a `page` frame. */
export const PAGE_LIMIT = 100;

/** Milliseconds between two `typing` frames; the server passes on no more. */
export const TYPING_INTERVAL = 3000;

/**
 * Returns true if a client reconnects by itself after a close code: after all but 4500–4999. An
 * unknown code is more likely a proxy's mishap than a decision of the server.
 * @param {number} code
 */
export function reconnectsAfter(code) {
  return code < 4500 || code > 4999;
}

/** @param {string} code of an `error` frame */
export function isTemporary(code) {
  return TEMPORARY_ERRORS.has(code);
}

/** @param {string} clientId @param {Chat.Said} said */
export function post(clientId, said) {
  return { type: "post", client_id: clientId, ...said };
}

/**
 * @param {number} seq
 * @param {string} body
 * @param {string} ref
 * @param {string | null} [editedAt] `edited_at` of the text that is edited
 */
export function edit(seq, body, ref, editedAt) {
  const frame = { type: "edit", seq, body, ref };
  return editedAt === undefined ? frame : { ...frame, edited_at: editedAt };
}

/** @param {number} seq @param {string} ref */
export function remove(seq, ref) {
  return { type: "delete", seq, ref };
}

/** @param {number} seq @param {string} emoji @param {boolean} on @param {string} ref */
export function react(seq, emoji, on, ref) {
  return { type: "react", seq, emoji, on, ref };
}

/** @param {number} seq @param {boolean} on @param {string} ref */
export function pin(seq, on, ref) {
  return { type: "pin", seq, on, ref };
}

/** @param {number} seq @param {string} ref */
export function read(seq, ref) {
  return { type: "read", seq, ref };
}

/** @param {number} before @param {number} limit @param {string} ref */
export function page(before, limit, ref) {
  return { type: "page", before, limit, ref };
}

export function typing() {
  return { type: "typing" };
}

/**
 * Returns a frame of a known type, or null: unknown frames are ignored.
 * @param {unknown} data of a WebSocket message
 * @returns {Chat.ServerFrame | null}
 */
export function parse(data) {
  if (typeof data !== "string") return null;
  let frame;
  try {
    frame = JSON.parse(data);
  } catch {
    return null;
  }
  return SERVER_FRAMES.includes(frame?.type) ? frame : null;
}
