/** Reads what the server rendered into the page. */

import { find } from "../lib/dom.js";
import { createTimes, localeFor } from "../lib/time.js";

/** @type {readonly Chat.Role[]} */
const ROLES = ["owner", "moderator", "member"];

/**
 * @param {HTMLElement} root
 * @returns {Chat.PageData}
 */
export function readPage(root) {
  /** @param {string} name */
  const get = (name) => root.dataset[name] ?? "";
  return {
    room: {
      id: get("roomId"),
      code: get("roomCode"),
      title: get("roomTitle"),
      grace: Number(get("roomGrace")),
    },
    me: { id: get("meId"), name: get("meName") },
    largestFile: Number(get("largestFile")),
    readUpTo: Number(get("readUpTo")) || null,
    role: ROLES.find((role) => role === get("role")) ?? "member",
    token: find(root, "[name=csrfmiddlewaretoken]", HTMLInputElement).value,
    urls: {
      socket: get("urlSocket"),
      room: get("urlRoom"),
      manage: get("urlManage"),
      transcript: get("urlTranscript"),
      front: get("urlFront"),
      signIn: get("urlSignIn"),
      sprite: get("urlSprite"),
      iconUnread: get("urlIconUnread"),
    },
  };
}

/** Returns times in the page's language, with hours as this system counts them. */
export function viewerTimes() {
  const { hourCycle } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
  const locale = localeFor(document.documentElement.lang || "en", navigator.languages);
  return createTimes(locale, hourCycle);
}
