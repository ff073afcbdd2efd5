/** Pages of the log that were requested and have not arrived yet. Pure but for sending. */

import { PAGE_LIMIT, page } from "./protocol.js";

/** @param {(frame: object) => boolean} send */
export function createPageRequests(send) {
  /** By `ref`. @type {Map<string, Chat.Request>} */
  const open = new Map();
  let lastNumber = 0;

  /** @param {Chat.Request["want"]} want */
  function forget(want) {
    for (const [ref, request] of open) if (request.want === want) open.delete(ref);
  }

  return {
    /**
     * A jump takes the place of the one before it, of which the answer is not waited for any more.
     * @param {Chat.Request} request
     * @returns {boolean} false when one of its kind is under way, or there is no connection
     */
    request(request) {
      if (request.want !== "around" && this.isOpen(request.want)) return false;
      lastNumber += 1;
      const ref = `${request.want}-${lastNumber}`;
      const limit = "limit" in request ? request.limit : PAGE_LIMIT;
      if (!send(page(request.before, limit, ref))) return false;
      if (request.want === "around") forget("around");
      open.set(ref, request);
      return true;
    },

    /**
     * Removes and returns the request that a frame answers; undefined if it answers none.
     * @param {string | undefined} ref
     */
    answered(ref = "") {
      const request = open.get(ref);
      open.delete(ref);
      return request;
    },

    /** @param {Chat.Request["want"]} want */
    isOpen(want) {
      return [...open.values()].some((request) => request.want === want);
    },

    /** Forgets every request: the connection is gone, and the answers with it. */
    clear() {
      open.clear();
    },
  };
}

/**
 * Returns what a page means for the state.
 * @param {Chat.Request} request the one that the page answers
 * @param {Chat.Page} page
 * @returns {Chat.Action}
 */
export function actionOf(request, page) {
  switch (request.want) {
    case "quote": {
      const message = page.messages.find(({ seq }) => seq === request.seq) ?? null;
      return { type: "quoted", seq: request.seq, message };
    }
    case "around":
      return { type: "around", page };
    default:
      return { type: request.want, before: request.before, page };
  }
}
