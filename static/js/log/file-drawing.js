/**
 * Draws what is in the boxes of a message's files: pictures, cards, how much of each has been sent.
 * Loaded with the first message that has files. DOM, no network.
 */

import { element, icon } from "../lib/dom.js";
import { writeFileName } from "../lib/file-name.js";
import { fill, gettext } from "../lib/i18n.js";
import { sizeOf } from "../lib/size.js";
import { fileAddress, playedAs } from "../state/file-facts.js";

export { createPreviews } from "./previews.js";

/** @typedef {ReturnType<typeof import("./previews.js").createPreviews>} Previews */

/**
 * @param {string} sprite
 * @param {Pick<Previews, "find" | "of" | "progressOf">} [previews] pictures that the page has itself;
 *   missing where none are shown
 */
export function createFileDrawing(sprite, previews) {
  /** @param {Chat.FileBox} shown */
  function shot({ box, file, clientId, picture }) {
    const { id, name, alt = "" } = file;
    const src =
      "blob" in file ? previews?.of(file, clientId) : (previews?.find(id) ?? `/files/${id}/thumb/`);
    const image = element("img", {
      src,
      width: picture && String(picture.width),
      height: picture && String(picture.height),
      alt: alt || fill(gettext("Picture: %(name)s"), { name }),
      loading: "lazy",
      decoding: "blob" in file ? "sync" : "async",
      draggable: "false",
    });
    box.replaceChildren(image);
    if ("blob" in file) return box.append(bar(file));
    box.setAttribute("href", `/files/${id}/view/`);
    box.dataset.view = id;
  }

  /** @param {Chat.FileBox} shown */
  function card({ box, file }) {
    const { id, name, type, alt } = file;
    const size = sizeOf("blob" in file ? file.blob.size : file.size);
    const more = alt ? `${size} · ${alt}` : size;
    const kind = playedAs(type);
    const signs = { audio: "music", video: "video" };
    const picture = kind ? signs[kind] : type.startsWith("image/") ? "image" : "file-text";
    const about = element(
      "span",
      { class: "file__about" },
      writeFileName(element("bdi", { class: "file__name" }), name),
      " ",
      element("span", { class: "file__size" }, more),
    );
    if ("blob" in file) return box.replaceChildren(icon(picture, sprite), about, bar(file));
    box.replaceChildren(
      element(
        "a",
        {
          class: "file__link",
          href: fileAddress(id, name),
          download: name,
          // The two halves of the name are read as one.
          "aria-label": `${fill(gettext("Download %(name)s"), { name })}, ${more}`,
        },
        icon(picture, sprite),
        about,
        icon("download", sprite),
      ),
    );
    if (kind === null) return;
    const label = fill(gettext("Play %(name)s"), { name });
    box.prepend(
      element(
        "button",
        {
          class: "icon-button file__play",
          type: "button",
          "data-play": kind,
          "aria-label": label,
        },
        icon("play", sprite),
      ),
    );
  }

  /** @param {Chat.Attached} file */
  function bar({ id, blob }) {
    return element("progress", {
      class: "file__progress",
      "data-progress": id,
      max: String(blob.size),
      value: String(previews?.progressOf(id) ?? 0),
      "aria-label": gettext("Sent"),
    });
  }

  return {
    showsPictures: previews !== undefined,

    /** @param {readonly Chat.FileBox[]} boxes */
    fill(boxes) {
      for (const shown of boxes) shown.picture ? shot(shown) : card(shown);
    },
  };
}
