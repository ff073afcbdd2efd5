/**
 * What opens with a press on a file: the viewer, a player, the list of the room's files. Loaded with
 * the first press.
 */

import { element } from "../lib/dom.js";
import { isHidden, nameOf } from "../state/messages.js";
import { createFileList } from "./file-list.js";
import { createViewer } from "./viewer.js";

/**
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {Chat.PageData} page
 * @property {Chat.Times} times
 * @property {() => Chat.State} state
 * @property {(id: string) => string | undefined} previewOf the address of a picture that this page has itself
 * @property {(seq: number) => void} goTo
 */

/** @param {Options} options */
export function createFileViews({ root, page, times, state, previewOf, goTo }) {
  const { sprite } = page.urls;
  const viewer = createViewer({ root, sprite, times });
  const fileList = createFileList({
    root,
    sprite,
    times,
    address: () => `${page.urls.room}files/`,
    nameOf: ({ id, name }) => state().names.get(id) ?? name,
    view: viewer.open,
    goTo,
  });

  /** Returns the pictures of the loaded messages, in their order. */
  function pictures() {
    const { messages, tail, names, hidden } = state();
    return [...messages, ...(tail ?? [])].flatMap((message) => {
      const { files = [], seq, at } = message;
      if (isHidden(message, hidden)) return [];
      const author = nameOf(message, names);
      return files
        .filter(({ thumb }) => thumb)
        .map((file) => ({ ...file, seq, at, author, small: previewOf(file.id) }));
    });
  }

  return {
    /** @param {Element | null} pressed a picture, a button to play, or the one for the list */
    open(pressed) {
      if (!(pressed instanceof HTMLElement)) return;
      const { view, play: kind } = pressed.dataset;
      if (view !== undefined) viewer.open(view, pictures);
      else if (kind !== undefined) play(pressed);
      else fileList.open();
    },

    /** Shows no file of messages that are deleted. @param {readonly number[]} seqs */
    remove(seqs) {
      fileList.remove(seqs);
      viewer.remove(seqs);
    },
  };
}

/**
 * Puts the browser's own player in the place of the button that asked for it.
 * @param {HTMLElement} button
 */
function play(button) {
  const card = button.closest(".file");
  const link = card?.querySelector("a");
  if (!link || !card) return;
  const player = element(button.dataset.play === "video" ? "video" : "audio", {
    class: "file__player",
    src: link.href,
    controls: true,
    playsinline: true,
    "aria-label": link.download,
  });
  // It is not in the way of the log's keys while it is played.
  player.addEventListener("keydown", (event) => event.stopPropagation());
  button.remove();
  card.prepend(player);
  player.focus();
  player.play().catch(() => {}); // Its own controls say what is wrong.
}
