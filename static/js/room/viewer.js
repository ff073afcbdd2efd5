/**
 * Shows pictures one at a time over the room: by keys, mouse and fingers. Loaded with the first one.
 */

import { element, icon, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { isolate } from "../lib/people.js";
import { sizeOf } from "../lib/size.js";
import { fileAddress } from "../state/file-facts.js";
import { fitted, kept, WHOLE, zoomed } from "./zoom.js";

/** The longer side of what the server shows. Pixels. */
const LONGEST = 2560;

/** By how much a key or a button enlarges, and a double press. */
const STEP = 1.5;
const CLOSER = 2.5;

/** A finger that goes this far, in pixels, asks for the next picture. */
const SWIPE = 60;

/** Two presses within this time and distance are a double press. Milliseconds, pixels. */
const DOUBLE_WITHIN = 300;
const SLOP = 12;

/**
 * `small`: the address of a picture that this page has itself.
 * @typedef {Chat.WireFile & {seq: number, at: string, author: string, small?: string}} Picture
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {string} parts.sprite
 * @param {Pick<Chat.Times, "full" | "clock" | "day">} parts.times
 */
export function createViewer({ root, sprite, times }) {
  /** @type {() => readonly Picture[]} */
  let list = () => [];
  /** @type {Picture | null} */
  let shown = null;
  let place = 0;
  let view = WHOLE;
  let size = { width: 0, height: 0 };

  /**
   * @param {string} picture
   * @param {string} label
   * @param {() => void} act
   */
  function tool(picture, label, act) {
    const attributes = { class: "icon-button", type: "button", "aria-label": label, title: label };
    const button = element("button", attributes, icon(picture, sprite));
    button.addEventListener("click", act);
    return button;
  }

  const name = element("bdi", { class: "viewer__name" });
  const about = element("span", { class: "viewer__note" });
  const downloadLabel = gettext("Download");
  const download = element(
    "a",
    { class: "icon-button", "aria-label": downloadLabel, title: downloadLabel },
    icon("download", sprite),
  );
  const image = element("img", { class: "viewer__image", draggable: "false" });
  const stage = element("div", { class: "viewer__stage" }, image);
  const previous = tool("arrow-left", gettext("Previous picture"), () => step(-1));
  const next = tool("arrow-right", gettext("Next picture"), () => step(1));
  previous.classList.add("viewer__previous");
  next.classList.add("viewer__next");
  const caption = element("p", { class: "viewer__alt", dir: "auto" });
  const said = element("p", { class: "visually-hidden", "aria-live": "polite" });
  const dialog = element(
    "dialog",
    { class: "viewer", "aria-label": gettext("Picture") },
    element(
      "header",
      { class: "viewer__head" },
      element("p", { class: "viewer__about" }, name, about),
      tool("minus", gettext("Smaller"), () => zoom(1 / STEP)),
      tool("plus", gettext("Larger"), () => zoom(STEP)),
      download,
      tool("x", gettext("Close"), () => dialog.close()),
    ),
    stage,
    previous,
    next,
    caption,
    said,
  );
  root.append(dialog);

  const stageSize = () => ({ width: stage.clientWidth, height: stage.clientHeight });

  /** @param {typeof view} to */
  function move(to) {
    view = to;
    image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    dialog.toggleAttribute("data-zoomed", view.scale > 1);
  }

  /** @param {number} factor @param {{x: number, y: number}} [point] from the middle of the stage */
  function zoom(factor, point = { x: 0, y: 0 }) {
    move(zoomed(view, factor, point, size, stageSize()));
  }

  function fit() {
    if (shown === null) return;
    const { width = 1, height = 1 } = shown;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    size = fitted({ width: width * scale, height: height * scale }, stageSize());
    image.style.width = `${size.width}px`;
    image.style.height = `${size.height}px`;
    move(kept(view, size, stageSize()));
  }

  /** @param {Picture} picture */
  function show(picture) {
    shown = picture;
    const { id, seq, at, author, alt = "", small = `/files/${id}/thumb/` } = picture;
    setText(name, picture.name);
    const when = `${times.day(at, Date.now())}, ${times.clock(at)}`;
    setText(about, [isolate(author), when, sizeOf(picture.size)].join(" · "));
    about.title = times.full(at);
    setText(caption, alt);
    caption.hidden = alt === "";
    download.href = fileAddress(id, picture.name);
    download.download = picture.name;
    image.alt = alt || picture.name;
    // The small one is there at once; the large one takes its place.
    image.src = small;
    const large = new Image();
    large.addEventListener("load", () => {
      if (shown?.id === id && shown.seq === seq) image.src = large.src;
    });
    large.src = `/files/${id}/view/`;
    locate(id);
    view = WHOLE;
    fit();
  }

  /** @param {string} id */
  function locate(id) {
    const all = list();
    place = all.findIndex((one) => one.id === id);
    previous.disabled = place <= 0;
    next.disabled = place >= all.length - 1;
  }

  /** @param {number} direction */
  function step(direction) {
    const picture = list()[place + direction];
    if (picture === undefined) return;
    const focused = document.activeElement;
    show(picture);
    // The button at the end of the list can be pressed no more.
    if (focused instanceof HTMLButtonElement && focused.disabled) stage.focus();
    setText(
      said,
      fill(gettext("%(name)s, %(n)s of %(all)s"), {
        name: image.alt,
        n: place + 1,
        all: list().length,
      }),
    );
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isRightToLeft = getComputedStyle(dialog).direction === "rtl";
    const steps = { ArrowLeft: isRightToLeft ? 1 : -1, ArrowRight: isRightToLeft ? -1 : 1 };
    const direction = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (direction !== undefined) step(direction);
    else if (event.key === "+" || event.key === "=") zoom(STEP);
    else if (event.key === "-") zoom(1 / STEP);
    else if (event.key === "0") move(WHOLE);
    else return;
    event.preventDefault();
  });

  // Mouse and fingers ----------------------------------------------------------------------------

  /** @type {Map<number, {x: number, y: number}>} */
  const pointers = new Map();
  let start = { x: 0, y: 0, view, isMoved: false };
  let lastPress = { x: 0, y: 0, at: -Infinity };

  /** @param {{clientX: number, clientY: number}} event */
  function fromMiddle({ clientX, clientY }) {
    const box = stage.getBoundingClientRect();
    return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
  }

  function spread() {
    const [a, b] = [...pointers.values()];
    return { apart: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  }

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, fromMiddle(event));
    start = { ...fromMiddle(event), view, isMoved: pointers.size > 1 };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const point = fromMiddle(event);
    if (pointers.size === 2) {
      const before = spread();
      pointers.set(event.pointerId, point);
      const now = spread();
      const moved = { ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y };
      move(zoomed(moved, now.apart / Math.max(1, before.apart), now, size, stageSize()));
      return;
    }
    pointers.set(event.pointerId, point);
    const [x, y] = [point.x - start.x, point.y - start.y];
    if (Math.hypot(x, y) > SLOP) start.isMoved = true;
    if (!start.isMoved) return;
    const moved = { ...start.view, x: start.view.x + x, y: start.view.y + y };
    // All of it is seen: it follows the finger to the side, on its way to the next one.
    move(view.scale > 1 ? kept(moved, size, stageSize()) : { ...WHOLE, x });
  });
  stage.addEventListener("pointerup", (event) => {
    const wasAlone = pointers.size === 1;
    if (!pointers.delete(event.pointerId) || !wasAlone) return;
    const point = fromMiddle(event);
    if (!start.isMoved) return pressed(point, event);
    if (view.scale > 1) return;
    const [x, isRightToLeft] = [view.x, getComputedStyle(dialog).direction === "rtl"];
    move(WHOLE);
    if (Math.abs(x) > SWIPE) step(x < 0 === isRightToLeft ? -1 : 1);
  });
  stage.addEventListener("pointercancel", ({ pointerId }) => {
    pointers.delete(pointerId);
    if (view.scale === 1) move(WHOLE);
  });

  /** @param {{x: number, y: number}} point @param {PointerEvent} event */
  function pressed(point, event) {
    const isDouble =
      event.timeStamp - lastPress.at < DOUBLE_WITHIN &&
      Math.hypot(point.x - lastPress.x, point.y - lastPress.y) < 2 * SLOP;
    lastPress = { ...point, at: isDouble ? -Infinity : event.timeStamp };
    const isBeside = Math.abs(point.x) > size.width / 2 || Math.abs(point.y) > size.height / 2;
    if (isDouble) {
      if (view.scale > 1) move(WHOLE);
      else zoom(CLOSER, point);
    } else if (isBeside && view.scale === 1) dialog.close();
  }

  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / (event.deltaMode === 0 ? 400 : 12)), fromMiddle(event));
    },
    { passive: false },
  );
  new ResizeObserver(fit).observe(stage);
  dialog.addEventListener("close", () => {
    shown = null;
    image.removeAttribute("src");
    pointers.clear();
  });

  return {
    /**
     * @param {string} id of the picture that is shown first
     * @param {() => readonly Picture[]} pictures those that can be reached from there
     */
    open(id, pictures) {
      const picture = pictures().find((one) => one.id === id);
      if (picture === undefined) return;
      list = pictures;
      if (!dialog.open) dialog.showModal();
      stage.tabIndex = -1;
      stage.focus();
      show(picture);
    },

    /** Closes if the picture that is seen is of a message that is deleted. @param {readonly number[]} seqs */
    remove(seqs) {
      if (shown === null) return;
      if (seqs.includes(shown.seq)) dialog.close();
      else locate(shown.id);
    },
  };
}
