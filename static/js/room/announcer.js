/** Reads new messages to a screen reader: one sentence at a time, and only the newest of many. */

import { fill, gettext } from "../lib/i18n.js";
import { filesInWords } from "../state/file-words.js";
import { isHidden, nameOf } from "../state/messages.js";

/** A screen reader is interrupted no more often than this. Milliseconds. */
const INTERVAL = 1500;

/**
 * @param {HTMLElement} region `aria-live="polite"`
 */
export function createAnnouncer(region) {
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null;
  let next = "";

  function speak() {
    timer = null;
    if (next === "") return;
    region.textContent = next;
    next = "";
    timer = setTimeout(speak, INTERVAL);
  }

  return {
    /** @param {string} text if empty, what waits to be spoken stays */
    say(text) {
      if (text === "") return;
      next = text;
      if (timer === null) speak();
    },
  };
}

/**
 * Returns the sentence for messages that just arrived: the newest that somebody else wrote, who is
 * not hidden.
 * @param {readonly Chat.Message[]} fresh
 * @param {string} me
 * @param {Pick<Chat.State, "names" | "hidden">} state
 * @returns {string} empty when there is nothing to say
 */
export function sentenceFor(fresh, me, { names, hidden }) {
  const message = fresh.findLast((one) => {
    const { kind, author, deleted } = one;
    const isSaid = (kind === "chat" || kind === "notice") && author?.id !== me && !deleted;
    return isSaid && !isHidden(one, hidden);
  });
  if (message === undefined) return "";
  if (message.kind === "notice") return message.body;
  const name = nameOf(message, names);
  const files = filesInWords(message.files);
  if (files === "") return fill(gettext("%(name)s says: %(text)s"), { name, text: message.body });
  const sends = fill(gettext("%(name)s sends: %(files)s"), { name, files });
  return message.body === "" ? sends : `${sends}. ${message.body}`;
}
