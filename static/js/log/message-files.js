/** Draws the files of a message: pictures as a gallery, other files as cards. DOM, no network. */

import { element, icon } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { sizeOf } from "../lib/size.js";
import { playedAs } from "../state/file-words.js";
import { alone, inRows } from "./gallery.js";

/**
 * A file as it is drawn.
 * @typedef {object} Shown
 * @property {string} name
 * @property {string} type
 * @property {number} size
 * @property {string} alt
 * @property {{src: string, width: number, height: number} | null} picture
 * @property {string} id the server's name for it; "" while it is not sent
 * @property {string} progress its name in this browser, while it is on its way
 */

/** @param {string} id @param {string} name */
export function fileAddress(id, name) {
  return `/files/${id}/${encodeURIComponent(name)}`;
}

/**
 * Returns the files of a message in the log. A row that is drawn again keeps the same element, so
 * that no picture flickers and no film stops.
 * @param {readonly Chat.WireFile[]} files
 * @param {Chat.Viewer} viewer
 */
export function messageFiles(files, viewer) {
  const key = files.map(({ id }) => id).join(" ");
  const { previews } = viewer;
  const shown = files.map(({ id, name, type, size, alt = "", thumb }) => ({
    name,
    type,
    size,
    alt,
    picture:
      previews && thumb ? { src: previews.find(id) ?? `/files/${id}/thumb/`, ...thumb } : null,
    id,
    progress: "",
  }));
  return document.querySelector(`.files[data-files="${key}"]`) ?? filesElement(key, shown, viewer);
}

/**
 * Returns the files of a message that is to be sent.
 * @param {readonly Chat.Attached[]} attached
 * @param {string} clientId
 * @param {Chat.Viewer} viewer
 */
export function attachedFiles(attached, clientId, viewer) {
  const key = attached.map(({ id }) => id).join(" ");
  const kept = document.querySelector(`.files[data-files="${key}"]`);
  if (kept) return kept;
  const shown = attached.map((file) => ({
    name: file.name,
    type: file.type,
    size: file.blob.size,
    alt: file.alt,
    picture:
      file.width && file.height
        ? { src: viewer.previews?.of(file, clientId) ?? "", width: file.width, height: file.height }
        : null,
    id: "",
    progress: file.id,
  }));
  return filesElement(key, shown, viewer);
}

/**
 * @param {string} key
 * @param {readonly Shown[]} files
 * @param {Chat.Viewer} viewer
 */
function filesElement(key, files, viewer) {
  const pictures = files.filter(({ picture }) => picture !== null);
  const others = files.filter(({ picture }) => picture === null);
  return element(
    "div",
    { class: "files", "data-files": key },
    ...(pictures.length > 0 ? [gallery(pictures, viewer)] : []),
    ...others.map((file) => card(file, viewer)),
  );
}

/**
 * @param {readonly Shown[]} files with pictures
 * @param {Chat.Viewer} viewer
 */
function gallery(files, viewer) {
  if (files.length === 1) {
    const { picture } = files[0];
    const { width, height } = alone(picture?.width ?? 1, picture?.height ?? 1);
    return shot(files[0], width, height, viewer);
  }
  let next = 0;
  const rows = inRows(files.map(({ picture }) => picture ?? { width: 1, height: 1 }));
  return element(
    "div",
    { class: "gallery" },
    ...rows.map((ratios) =>
      element(
        "div",
        { class: "gallery__row" },
        ...ratios.map((ratio) => {
          const file = files[next];
          next += 1;
          const node = shot(file, file.picture?.width ?? 1, file.picture?.height ?? 1, viewer);
          node.style.setProperty("--ratio", String(ratio));
          return node;
        }),
      ),
    ),
  );
}

/**
 * @param {Shown} file
 * @param {number} width
 * @param {number} height
 * @param {Chat.Viewer} viewer
 */
function shot({ name, alt, size, picture, id, progress }, width, height, viewer) {
  const image = element("img", {
    src: picture?.src,
    width: String(width),
    height: String(height),
    alt: alt || fill(gettext("Picture: %(name)s"), { name }),
    loading: "lazy",
    decoding: progress ? "sync" : "async",
    draggable: "false",
  });
  return id === ""
    ? element("span", { class: "shot" }, image, bar(progress, size, viewer))
    : element("a", { class: "shot", href: `/files/${id}/view/`, "data-view": id }, image);
}

/**
 * @param {Shown} file
 * @param {Chat.Viewer} viewer
 */
function card({ name, type, size, alt, id, progress }, viewer) {
  const kind = playedAs(type);
  const signs = { audio: "music", video: "video" };
  const picture = kind ? signs[kind] : type.startsWith("image/") ? "image" : "file-text";
  const about = element(
    "span",
    { class: "file__about" },
    element("bdi", { class: "file__name", title: name }, name),
    " ",
    element("span", { class: "file__size" }, alt ? `${sizeOf(size)} · ${alt}` : sizeOf(size)),
  );
  if (id === "") {
    return element(
      "div",
      { class: "file" },
      icon(picture, viewer.sprite),
      about,
      bar(progress, size, viewer),
    );
  }
  const href = fileAddress(id, name);
  const download = element(
    "a",
    { class: "file__link", href, download: name },
    icon(picture, viewer.sprite),
    element("span", { class: "visually-hidden" }, gettext("Download")),
    " ",
    about,
    icon("download", viewer.sprite),
  );
  if (kind === null) return element("div", { class: "file" }, download);
  const play = element(
    "button",
    {
      class: "icon-button file__play",
      type: "button",
      "data-play": kind,
      "aria-label": fill(gettext("Play %(name)s"), { name }),
    },
    icon("play", viewer.sprite),
  );
  return element("div", { class: "file" }, play, download);
}

/**
 * @param {string} id the file's name in this browser
 * @param {number} size
 * @param {Chat.Viewer} viewer
 */
function bar(id, size, { previews }) {
  return element("progress", {
    class: "file__progress",
    "data-progress": id,
    max: String(size),
    value: String(previews?.progressOf(id) ?? 0),
    "aria-label": gettext("Sent"),
  });
}
