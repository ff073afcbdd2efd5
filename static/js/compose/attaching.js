/**
 * The ways of files into the page: paste, drop, the paperclip. What shows and prepares them is loaded
 * with the first one.
 */

import { element } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/** @typedef {ReturnType<typeof import("./tray.js").createTray>} Tray */

/**
 * @typedef {object} Options
 * @property {HTMLElement} talk files may be dropped on all of it
 * @property {HTMLFormElement} form the composer
 * @property {HTMLButtonElement} button the paperclip
 * @property {() => boolean} areTaken whether files can be sent here
 * @property {(text: string) => void} warn
 * @property {() => Promise<Tray | null>} load
 */

/** @param {Options} options */
export function createAttaching({ talk, form, button, areTaken, warn, load }) {
  /** @type {Tray | null} */
  let tray = null;
  /** Files that wait for the tray. @type {Promise<void> | null} */
  let loading = null;
  /** It opens the chooser, and must outlive that. */
  const chooser = element("input", { type: "file", multiple: true });
  /** Files are over the page. */
  let isOver = false;

  async function showVeil() {
    tray ??= await load();
    if (isOver) tray?.veil(talk);
  }

  function left() {
    isOver = false;
    tray?.veil(null);
  }

  /** @param {readonly File[]} files */
  function add(files) {
    if (files.length === 0) return;
    if (!areTaken()) {
      const advice = gettext("You can paste a link to the file instead.");
      return warn(`${gettext("Files cannot be sent here.")} ${advice}`);
    }
    const mine = load().then((loaded) => {
      tray = loaded;
      tray?.add(files);
      if (loading === mine) loading = null;
    });
    loading = mine;
  }

  button.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    add([...(chooser.files ?? [])]);
    chooser.value = "";
  });

  // A program that copies text often adds a picture of it: then the text is what is meant.
  document.addEventListener("paste", ({ clipboardData }) => {
    if (isCovered() || !clipboardData?.files.length) return;
    if (!clipboardData.types.includes("text/plain")) add([...clipboardData.files]);
  });

  // A browser opens a file that is dropped on a page, and the room would be gone.
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (isOver || !areTaken() || isCovered()) return;
    isOver = true;
    void showVeil();
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) left();
  });
  document.addEventListener("drop", (event) => {
    left();
    if (!hasFiles(event)) return;
    event.preventDefault();
    const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file");
    const files = items.filter((item) => !item.webkitGetAsEntry()?.isDirectory);
    if (files.length < items.length) {
      warn(gettext("A folder cannot be sent. Choose the files in it instead."));
    }
    if (!isCovered()) add(files.flatMap((item) => item.getAsFile() ?? []));
  });

  return {
    /** Shows whether files can be sent. */
    refresh() {
      button.hidden = !areTaken();
      form.classList.toggle("composer--files", areTaken());
    },

    /** True if there is nothing to be sent. */
    get isEmpty() {
      return loading === null && (tray === null || tray.isEmpty);
    },

    /** Resolves once all files can be sent; null if they can be now. */
    get preparing() {
      return loading ?? tray?.preparing ?? null;
    },

    /** Empties the tray. @returns {Pick<Chat.SaidWithFiles, "attached">} */
    take() {
      return tray === null || tray.isEmpty ? {} : { attached: tray.take() };
    },
  };
}

/** A dialog has the page: what is dropped or pasted is not for the room behind it. */
function isCovered() {
  return document.querySelector("dialog:modal") !== null;
}

/** @param {DragEvent} event */
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files") ?? false;
}
