/**
 * The page's side of files: ways into the page, what is drawn of them in messages, and what opens with
 * a press on one: the viewer, a player, the list of the room's files. All of it is loaded when it is
 * first wanted, and what sends files also once the page has been used for a while, so that they can
 * be sent offline.
 */

import { createAttaching } from "../compose/attaching.js";
import { find, loadStyle } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { randomId } from "../lib/tabs.js";

/** What sends files is loaded this long after the room is live. Milliseconds. */
const LOAD_AFTER = 20_000;

/**
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {Chat.PageData} page
 * @property {HTMLFormElement} form
 * @property {HTMLTextAreaElement} box
 * @property {boolean} touch
 * @property {Chat.Times} times
 * @property {() => Chat.State} state
 * @property {Chat.NoticeBar["show"]} tell
 * @property {(text: string) => void} say to a screen reader
 * @property {(seq: number) => void} goTo
 */

/** @param {Options} options */
export function createFiles({ root, page, form, box, touch, times, state, tell, say, goTo }) {
  const { sprite } = page.urls;
  /** @param {string} text */
  const warn = (text) => tell("warning", text);
  const rows = find(root, "[data-rows]", HTMLElement);
  const listButton = find(root, "[data-files-list]", HTMLElement);

  const loadSheet = () => loadStyle(root.dataset.urlFilesStyle ?? "");
  const loadTray = () => Promise.all([import("../compose/tray.js"), loadSheet(), loadDrawing()]);
  /** @type {{drawing: Chat.FileDrawing, previews: import("../log/file-drawing.js").Previews} | null} */
  let drawn = null;
  /** Boxes that are empty until what fills them is loaded. @type {Chat.FileBox[]} */
  let empty = [];
  /** @type {ReturnType<typeof import("../compose/tray.js").createTray> | null} */
  let tray = null;
  /** @type {ReturnType<typeof import("./file-views.js").createFileViews> | null} */
  let views = null;

  async function loadDrawing() {
    const [{ createFileDrawing, createPreviews }] = await Promise.all([
      import("../log/file-drawing.js"),
      loadSheet(),
    ]);
    if (drawn === null) {
      const previews = createPreviews(rows);
      drawn = { drawing: createFileDrawing(sprite, previews), previews };
    }
    drawn.drawing.fill(empty);
    empty = [];
  }

  /** @type {Chat.FileDrawing} */
  const drawing = {
    showsPictures: true,
    fill(boxes) {
      if (drawn) return drawn.drawing.fill(boxes);
      empty.push(...boxes);
      // Without a network they are filled once there is one.
      loadDrawing().catch(() => {});
    },
  };

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T | null>} null, and it is said, if something could not be loaded
   */
  async function attempt(work) {
    try {
      return await work();
    } catch {
      tell("failure", gettext("This could not be loaded. Try again when you are online."));
      return null;
    }
  }

  const attaching = createAttaching({
    talk: find(root, ".talk", HTMLElement),
    form,
    button: find(form, "[data-attach]", HTMLButtonElement),
    areTaken: () => (state().limits.file ?? 0) > 0,
    warn,
    load: () =>
      attempt(async () => {
        const [{ createTray }] = await loadTray();
        const limits = () => state().limits;
        tray ??= createTray({ form, box, sprite, limits, warn, say, touch, newId: randomId });
        return tray;
      }),
  });

  const openViews = () =>
    attempt(async () => {
      const [{ createFileViews }] = await Promise.all([import("./file-views.js"), loadSheet()]);
      views ??= createFileViews({
        root,
        page,
        times,
        state,
        previewOf: (id) => drawn?.previews.find(id),
        goTo,
      });
      return views;
    });

  root.addEventListener("click", (event) => {
    const { target } = event;
    if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const shot = target.closest("[data-view]");
    const button = target.closest("[data-play], [data-files-list]");
    if (shot) event.preventDefault();
    if (shot ?? button) openViews().then((opened) => opened?.open(shot ?? button));
  });

  // Pictures that could not be loaded for lack of a network are loaded again once there is one.
  rows.addEventListener(
    "error",
    ({ target }) => target instanceof HTMLImageElement && target.toggleAttribute("data-lost", true),
    true,
  );

  let isLoadedAhead = false;

  return {
    drawing,
    attaching,

    /** @param {string} id of a file in this browser @param {number} sent bytes */
    progressed: (id, sent) => drawn?.previews.setProgress(id, sent),

    /** @param {string} id of a file in this browser @param {string} serverId */
    sentAs: (id, serverId) => drawn?.previews.sentAs(id, serverId),

    /** The limits may have changed, and the network may be back. */
    live() {
      attaching.refresh();
      const areTaken = (state().limits.file ?? 0) > 0;
      listButton.hidden = !areTaken;
      for (const image of rows.querySelectorAll("img[data-lost]")) {
        image.removeAttribute("data-lost");
        image.setAttribute("src", image.getAttribute("src") ?? "");
      }
      if (empty.length > 0) loadDrawing().catch(() => {});
      if (isLoadedAhead || !areTaken) return;
      isLoadedAhead = true;
      setTimeout(() => {
        Promise.all([import("../net/outbox-files.js"), loadTray()]).catch(() => {});
      }, LOAD_AFTER);
    },

    /** Messages came or changed: what was deleted is shown nowhere any more. @param {readonly Chat.Message[]} messages */
    changed(messages) {
      drawn?.previews.forgetDeleted(messages);
      const gone = messages.filter(({ deleted }) => deleted).map(({ seq }) => seq);
      if (gone.length === 0) return;
      views?.remove(gone);
    },
  };
}
