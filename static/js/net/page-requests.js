/** Pages of the log that were asked for and have not come yet. Pure but for sending. */

import { PAGE_LIMIT, page } from "./protocol.js";

/** @param {(frame: object) => boolean} send */
export function createRequests(send) {
  /** @type {Map<string, Chat.Request>} */
  const open = new Map();
  let last = 0;

  return {
    /**
     * @param {Chat.Request} request
     * @returns {boolean} false when one of its kind is under way, or there is no connection
     */
    ask(request) {
      if (this.isOpen(request.want)) return false;
      last += 1;
      const ref = `${request.want}-${last}`;
      const limit = "limit" in request ? request.limit : PAGE_LIMIT;
      if (!send(page(request.before, limit, ref))) return false;
      open.set(ref, request);
      return true;
    },

    /**
     * Takes the request a frame answers.
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

    /** The connection is gone, and the answers with it. */
    clear() {
      open.clear();
    },
  };
}
