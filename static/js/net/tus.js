/**
 * Sends a file in pieces by tus 1.0 (docs/PROTOCOL.md, "Files"), and goes on until all of it is
 * there, the server refuses it, or it is given up. Loaded with the first file that is sent.
 */

import { gettext } from "../lib/i18n.js";
import { Refused } from "../lib/json-requests.js";
import { delay } from "./backoff.js";

/** The server takes pieces of these sizes; the last piece may be smaller. Bytes. */
const SMALLEST_PIECE = 64 * 1024;
const LARGEST_PIECE = 1024 * 1024;

/** A file of up to this size is sent with the request that begins it. */
const FIRST_PIECE = 512 * 1024;

/** On a slow line pieces get smaller, so that one takes about this long and little is lost with it. */
const PIECE_TIME = 2_000;

/** The server cuts a request whose body takes longer. Milliseconds. */
const REQUEST_TIMEOUT = 60_000;

/** Statuses that pass: too slow, too early, in somebody's hands, too many. */
const PASSING = new Set([408, 409, 423, 425, 429]);
const NO_SPACE = 507;
const TOO_LARGE = 413;

/** It may go well later: in `after` milliseconds, if the server said so. */
class Passing extends Error {
  /** @param {number | null} after */
  constructor(after = null) {
    super("to be tried again");
    this.after = after;
  }
}

/** The server no longer knows the file: it is begun again. */
class Gone extends Error {}

/**
 * @typedef {object} Line
 * @property {string} url of the room's files
 * @property {string} token for X-CSRFToken
 * @property {AbortSignal} signal gives the file up
 * @property {(sent: number) => void} onProgress bytes that the server has
 * @property {(place: string) => void} onBegun the file's address at the server
 * @property {(milliseconds: number) => Promise<void>} pause
 * @property {(input: string, init: RequestInit) => Promise<Response>} [request]
 * @property {() => number} [random]
 * @property {() => number} [now]
 */

/**
 * Sends a file; returns the server's id for it once the server has looked at it. Throws `Refused`,
 * and when the file is given up the signal's reason.
 * @param {Pick<Chat.Attached, "id" | "blob" | "name" | "type">} file
 * @param {Line} line
 * @returns {Promise<string>}
 */
export async function sendFile(file, line) {
  const { request = fetch, random = Math.random, now = Date.now, signal } = line;
  const { size } = file.blob;
  let place = "";
  let offset = 0;
  let piece = FIRST_PIECE;
  let failures = 0;
  /** An answer was lost: only the server knows how much it has. */
  let isDoubtful = false;

  /**
   * @param {string} method
   * @param {string} url
   * @param {Record<string, string>} [headers]
   * @param {Blob} [body]
   */
  async function ask(method, url, headers = {}, body) {
    signal.throwIfAborted();
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    const timer = setTimeout(() => stop.abort(), REQUEST_TIMEOUT);
    signal.addEventListener("abort", abort);
    try {
      const answer = await request(url, {
        method,
        body,
        signal: stop.signal,
        headers: {
          Accept: "application/json",
          "Tus-Resumable": "1.0.0",
          "X-CSRFToken": line.token,
          ...(body && { "Content-Type": "application/offset+octet-stream" }),
          ...headers,
        },
      });
      if (!answer.ok) throw await failure(answer, place !== "");
      return answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** @param {number} length */
  const cut = (length) => file.blob.slice(offset, Math.min(offset + length, size));

  /** @param {Response} answer */
  function moveTo(answer) {
    const there = Number(answer.headers.get("Upload-Offset") ?? Number.NaN);
    if (!Number.isSafeInteger(there) || there < 0 || there > size) throw new Passing();
    if (there > offset) failures = 0;
    offset = there;
    line.onProgress(offset);
  }

  /** A file on a disk may be changed or gone by now, which looks like a lost connection. */
  async function checkReadable() {
    try {
      await cut(1).arrayBuffer();
    } catch {
      throw new Refused(gettext("This file can no longer be read. Choose it again."));
    }
  }

  async function begin() {
    // After a failure it is not known what the server has: it is asked first.
    const body = failures === 0 && !isDoubtful ? cut(FIRST_PIECE) : undefined;
    const headers = {
      "Upload-Length": String(size),
      "Upload-Metadata": metadata({ filename: file.name, filetype: file.type, id: file.id }),
    };
    const answer = await ask("POST", line.url, headers, body);
    place = new URL(answer.headers.get("Location") ?? "", new URL(line.url, base())).pathname;
    line.onBegun(place);
    isDoubtful = answer.status !== 201;
    moveTo(answer);
  }

  async function sendPiece() {
    const began = now();
    moveTo(await ask("PATCH", place, { "Upload-Offset": String(offset) }, cut(piece)));
    piece = pieceAfter(piece, now() - began);
  }

  for (;;) {
    signal.throwIfAborted();
    try {
      if (place === "") await begin();
      else if (isDoubtful) moveTo(await ask("HEAD", place));
      // A file that is whole is looked at, with a piece of nothing if the last answer was lost.
      while (offset < size || isDoubtful) {
        await sendPiece();
        isDoubtful = false;
      }
      return idOf(place);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refused) throw error;
      await checkReadable();
      if (error instanceof Gone) [place, offset] = ["", 0];
      isDoubtful = true;
      piece = Math.max(SMALLEST_PIECE, pieceOf(piece / 4));
      const after = error instanceof Passing ? error.after : null;
      await line.pause(after ?? delay(failures, random));
      failures += 1;
    }
  }
}

/**
 * Returns the size of the next piece, by how long one took.
 * @param {number} size bytes
 * @param {number} took milliseconds
 */
export function pieceAfter(size, took) {
  const factor = Math.min(2, Math.max(0.25, PIECE_TIME / Math.max(1, took)));
  return Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, pieceOf(size * factor)));
}

/** @param {number} bytes */
function pieceOf(bytes) {
  return Math.floor(bytes / SMALLEST_PIECE) * SMALLEST_PIECE;
}

/**
 * Returns `Upload-Metadata`: names, each with its value in Base64.
 * @param {Record<string, string>} values
 */
export function metadata(values) {
  return Object.entries(values)
    .map(([name, value]) => {
      const bytes = new TextEncoder().encode(value);
      return `${name} ${btoa(String.fromCharCode(...bytes))}`;
    })
    .join(",");
}

/**
 * @param {Response} answer
 * @param {boolean} wasBegun
 */
async function failure(answer, wasBegun) {
  const { status } = answer;
  if ((status === 404 || status === 410) && wasBegun) return new Gone();
  const { error } = await answer.json().catch(() => ({}));
  if (PASSING.has(status) || (status >= 500 && status !== NO_SPACE)) {
    return new Passing(retryAfter(answer, error?.retry_after));
  }
  const text =
    status === TOO_LARGE ? gettext("The file is too large.") : gettext("It was not accepted.");
  return new Refused(error?.message ?? text, error?.code);
}

/**
 * @param {Response} answer
 * @param {unknown} seconds that its body names
 * @returns {number | null} milliseconds
 */
function retryAfter(answer, seconds) {
  const wait = Number(seconds ?? answer.headers.get("Retry-After") ?? Number.NaN);
  return wait >= 0 ? wait * 1000 : null;
}

/** @param {string} place */
function idOf(place) {
  return place.split("/").filter(Boolean).at(-1) ?? "";
}

function base() {
  return globalThis.location?.href ?? "http://localhost";
}
