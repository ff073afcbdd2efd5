/**
 * Makes the boxes of a message's files, each as large as what will be in it: pictures as a gallery,
 * other files as cards. What is in them is drawn by file-drawing.js, which the page loads with the
 * first. DOM, no network.
 */

import { element } from "../lib/dom.js";
import { alone, inRows } from "./gallery.js";

/**
 * Returns the files of a message in the log.
 * @param {readonly Chat.WireFile[]} files
 * @param {Chat.Viewer} viewer
 */
export function messageFiles(files, viewer) {
  return boxes(files, (file) => file.thumb, "", viewer);
}

/**
 * Returns the files of a message that is to be sent.
 * @param {readonly Chat.Attached[]} attached
 * @param {string} clientId
 * @param {Chat.Viewer} viewer
 */
export function attachedFiles(attached, clientId, viewer) {
  return boxes(attached, (file) => file, clientId, viewer);
}

/**
 * Returns the element of a message's files. A row that is drawn again keeps the same one, so that no
 * picture flickers and no film stops.
 * @template {Chat.WireFile | Chat.Attached} File
 * @param {readonly File[]} files
 * @param {(file: File) => {width?: number, height?: number} | undefined} sizeOf
 * @param {string} clientId of a message that is to be sent
 * @param {Chat.Viewer} viewer
 */
function boxes(files, sizeOf, clientId, { files: drawing }) {
  const key = files.map(({ id }) => id).join(" ");
  const kept = document.querySelector(`.files[data-files="${key}"]`);
  if (kept) return kept;
  const node = element("div", { class: "files", "data-files": key });
  /** @type {Chat.FileBox[]} */
  const pictures = [];
  /** @type {Chat.FileBox[]} */
  const others = [];
  for (const file of files) {
    const { width, height } = (drawing.showsPictures && sizeOf(file)) || {};
    if (width && height) {
      const box = element(clientId ? "span" : "a", { class: "shot", draggable: "false" });
      pictures.push({ box, file, clientId, picture: { width, height } });
    } else others.push({ box: element("div", { class: "file" }), file, clientId, picture: null });
  }
  if (pictures.length > 0) node.append(gallery(pictures));
  node.append(...others.map(({ box }) => box));
  drawing.fill([...pictures, ...others]);
  return node;
}

/** @param {Chat.FileBox[]} shots with pictures */
function gallery(shots) {
  return laidOut(
    shots.map(({ box }) => box),
    shots.map(({ picture }) => picture ?? { width: 1, height: 1 }),
  );
}

/**
 * Returns the boxes of pictures laid out: one as large as it is, several in rows.
 * @param {readonly HTMLElement[]} boxes at least one
 * @param {readonly {width: number, height: number}[]} sizes of their pictures
 */
export function laidOut(boxes, sizes) {
  if (boxes.length === 1) {
    const [box] = boxes;
    const { width, height } = alone(sizes[0].width, sizes[0].height);
    box.style.width = `${width}px`;
    box.style.aspectRatio = `${width} / ${height}`;
    return box;
  }
  let next = 0;
  const rows = inRows(sizes).map((ratios) => {
    const row = element("div", { class: "gallery__row" });
    for (const ratio of ratios) {
      const box = boxes[next];
      box.style.setProperty("--ratio", String(ratio));
      row.append(box);
      next += 1;
    }
    return row;
  });
  return element("div", { class: "gallery" }, ...rows);
}
