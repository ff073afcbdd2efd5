/** The list of a room's files in a dialog, newest first. Loaded when it is first wanted. */

import { element, icon, setText } from "../lib/dom.js";
import { writeFileName } from "../lib/file-name.js";
import { fill, gettext } from "../lib/i18n.js";
import { getJson, reasonOf } from "../lib/json-requests.js";
import { sizeOf } from "../lib/size.js";
import { dayKey } from "../lib/time.js";
import { fileAddress, playedAs } from "../state/file-facts.js";

/**
 * A file with its message.
 * @typedef {Chat.WireFile & {seq: number, at: string, author: Chat.Author | null}} Listed
 *
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {string} sprite
 * @property {Pick<Chat.Times, "full" | "clock" | "day">} times
 * @property {() => string} address of the list; the room may be given another code
 * @property {(author: Chat.Author) => string} nameOf
 * @property {(id: string, list: () => readonly import("./viewer.js").Picture[]) => void} view
 * @property {(seq: number) => void} goTo
 * @property {(path: string) => Promise<any>} [get]
 */

/** @param {Options} options */
export function createFileList({
  root,
  sprite,
  times,
  address,
  nameOf,
  view,
  goTo,
  get = getJson,
}) {
  /** @type {Listed[]} */
  let files = [];
  let older = false;
  /** The number of the latest opening: an answer to one before it comes too late. */
  let opened = 0;

  const close = element(
    "button",
    { class: "icon-button", type: "submit", "aria-label": gettext("Close") },
    icon("x", sprite),
  );
  const list = element("ul", { class: "file-list__files" });
  const status = element("p", { class: "quiet", role: "status" });
  const more = element(
    "button",
    { class: "button", type: "button", hidden: true },
    gettext("Show older files"),
  );
  const dialog = element(
    "dialog",
    { class: "dialog file-list", "aria-labelledby": "file-list-title" },
    element(
      "form",
      { method: "dialog", class: "file-list__head" },
      element("h2", { id: "file-list-title" }, gettext("Files of this room")),
      close,
    ),
    element("div", { class: "file-list__body" }, list, status, more),
  );
  root.append(dialog);

  /** @param {Listed} file */
  const authorOf = ({ author }) => (author ? nameOf(author) : gettext("Someone"));

  const pictures = () =>
    files.filter(({ thumb }) => thumb).map((file) => ({ ...file, author: authorOf(file) }));

  /** @param {Listed} file */
  function line(file) {
    const { id, name, type, size, thumb, alt = "", seq, at } = file;
    const kind = playedAs(type);
    const sign = { audio: "music", video: "video" };
    const now = Date.now();
    // A short line: today's files have a time, the others a day.
    const when = dayKey(at) === dayKey(now) ? times.clock(at) : times.day(at, now);
    const about = element(
      "div",
      { class: "file-list__about" },
      writeFileName(element("bdi", { class: "file__name" }), name),
      element(
        "span",
        { class: "file__size" },
        `${sizeOf(size)} · `,
        element("bdi", {}, authorOf(file)),
        " · ",
        element("time", { datetime: at, title: times.full(at) }, when),
      ),
    );
    const label = fill(gettext("Download %(name)s"), { name });
    const title = gettext("Show it in the talk");
    const go = element(
      "button",
      {
        class: "icon-button",
        type: "button",
        title,
        "aria-label": fill(gettext("Show %(name)s in the talk"), { name }),
      },
      icon("message-square", sprite),
    );
    go.addEventListener("click", () => {
      dialog.close();
      goTo(seq);
    });
    const small = thumb
      ? element(
          "button",
          { class: "file-list__shot", type: "button", "aria-label": alt || name },
          element("img", { src: `/files/${id}/thumb/`, alt: "", loading: "lazy" }),
        )
      : element(
          "span",
          { class: "file-list__sign" },
          icon(kind ? sign[kind] : "file-text", sprite),
        );
    if (thumb) small.addEventListener("click", () => view(id, pictures));
    return element(
      "li",
      { class: "file-list__file", "data-of": String(seq) },
      small,
      about,
      go,
      element(
        "a",
        {
          class: "icon-button",
          href: fileAddress(id, name),
          download: name,
          "aria-label": label,
          title: gettext("Download"),
        },
        icon("download", sprite),
      ),
    );
  }

  async function load() {
    const mine = opened;
    const before = files.at(-1)?.seq;
    more.hidden = true;
    setText(status, gettext("Loading…"));
    try {
      const query = before === undefined ? "" : `?before=${before}`;
      /** @type {{files: Listed[], older: boolean}} */
      const page = await get(address() + query);
      if (mine !== opened) return;
      files.push(...page.files);
      older = page.older;
      list.append(...page.files.map(line));
      setText(status, files.length === 0 ? gettext("No files have been sent here yet.") : "");
    } catch (error) {
      if (mine !== opened) return;
      older = true;
      setText(status, reasonOf(error));
    }
    more.hidden = !older;
  }

  more.addEventListener("click", async () => {
    const at = list.children.length;
    await load();
    // The button may be gone: the focus goes to the first of the new files.
    const first = list.children[at]?.querySelector("button, a");
    if (more.hidden && first instanceof HTMLElement) first.focus();
  });
  // A click on the backdrop is a click on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    async open() {
      opened += 1;
      files = [];
      list.replaceChildren();
      dialog.showModal();
      await load();
    },

    /** Takes out the files of messages that are deleted. @param {readonly number[]} seqs */
    remove(seqs) {
      files = files.filter(({ seq }) => !seqs.includes(seq));
      for (const seq of seqs) {
        for (const node of list.querySelectorAll(`[data-of="${seq}"]`)) node.remove();
      }
    },
  };
}
