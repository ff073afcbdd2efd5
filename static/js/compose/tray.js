/**
 * The tray over the composer: the files that go with the next message. Pictures are prepared here.
 * Loaded with the first file.
 */

import { element, icon, setText } from "../lib/dom.js";
import { writeFileName } from "../lib/file-name.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isolate } from "../lib/people.js";
import { sizeOf } from "../lib/size.js";
import { playedAs } from "../state/file-facts.js";
import { mayBePicture, prepareImage } from "./prepare-image.js";

/** The longest description of a picture. Characters. */
const LONGEST_ALT = 1000;

/** If the server does not say how many files a message takes. */
const MOST_FILES = 10;

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {File} original
 * @property {import("./prepare-image.js").Prepared | null} prepared of a picture
 * @property {boolean} keepsOriginal
 * @property {string} alt
 * @property {string} url of its picture here; "" without one
 * @property {HTMLElement} node
 *
 * @typedef {object} Options
 * @property {HTMLFormElement} form the composer; the tray stands before it
 * @property {HTMLTextAreaElement} box
 * @property {string} sprite
 * @property {() => {file?: number, files?: number}} limits
 * @property {(text: string) => void} warn
 * @property {(text: string) => void} say to a screen reader
 * @property {boolean} touch the box gets no focus, so that no on-screen keyboard opens
 * @property {() => string} newId
 * @property {typeof prepareImage} [prepare]
 */

/** @param {Options} options */
export function createTray({
  form,
  box,
  sprite,
  limits,
  warn,
  say,
  touch,
  newId,
  prepare = prepareImage,
}) {
  /** @type {Item[]} */
  let items = [];
  /** @type {Map<Item, Promise<void>>} */
  const preparing = new Map();
  const list = element("ul", { class: "tray__files" });
  const tray = element(
    "section",
    { class: "tray", "aria-label": gettext("Files to send"), hidden: true },
    list,
  );
  form.before(tray);
  const veil = element(
    "div",
    { class: "drop-veil", "aria-hidden": "true" },
    icon("paperclip", sprite),
    gettext("Drop files here to send them"),
  );

  function render() {
    tray.hidden = items.length === 0;
    list.replaceChildren(...items.map(({ node }) => node));
  }

  /** @param {Item} item */
  function drop(item) {
    if (item.url !== "") URL.revokeObjectURL(item.url);
    items = items.filter((one) => one !== item);
    preparing.delete(item);
  }

  /** @param {Item} item */
  function remove(item) {
    const at = items.indexOf(item);
    drop(item);
    render();
    say(fill(gettext("%(name)s removed"), { name: item.original.name }));
    const next = items[Math.min(at, items.length - 1)]?.node.querySelector("[data-remove]");
    (next instanceof HTMLElement ? next : box).focus();
  }

  /** @param {Item} item */
  async function makePicture(item) {
    item.prepared = await prepare(item.original);
    preparing.delete(item);
    if (!items.includes(item)) return;
    const { blob } = sent(item);
    if (blob.size > most()) {
      drop(item);
      warn(tooBig(isolate(item.original.name)));
    } else if (item.prepared) item.url = URL.createObjectURL(item.prepared.blob);
    draw(item);
    render();
  }

  const most = () => limits().file ?? 0;

  /** @param {string} name */
  function tooBig(name) {
    const text = gettext("%(name)s is larger than %(size)s, the most that can be sent here.");
    return fill(text, { name, size: sizeOf(most()) });
  }

  /** @param {Item} item */
  function draw(item) {
    const { node, original, prepared, url, keepsOriginal } = item;
    const { name } = original;
    const isPreparing = preparing.has(item);
    const size = isPreparing ? gettext("Preparing…") : sizeOf(sent(item).blob.size);
    node.replaceChildren(
      url === ""
        ? element("span", { class: "tray__sign" }, icon(signOf(original), sprite))
        : element("img", { class: "tray__picture", src: url, alt: "", draggable: "false" }),
      element(
        "div",
        { class: "tray__about" },
        writeFileName(element("bdi", { class: "tray__name" }), name),
        element("span", { class: "tray__size" }, note(item, size)),
        ...(prepared === null ? [] : [choices(item)]),
      ),
      removeButton(item),
    );
    node.setAttribute("aria-busy", String(isPreparing));
    node.toggleAttribute("data-original", keepsOriginal);
  }

  /** @param {Item} item @param {string} size */
  function note(item, size) {
    const { original } = item;
    if (!mayBePicture(original) || item.prepared || preparing.has(item)) return size;
    return `${size} · ${gettext("as it is, perhaps with the place where it was taken")}`;
  }

  /** @param {Item} item */
  function choices(item) {
    const { name } = item.original;
    const field = element("input", {
      class: "input tray__alt",
      type: "text",
      maxlength: String(LONGEST_ALT),
      dir: "auto",
      value: item.alt,
      placeholder: gettext("What is to be seen, for who does not see it"),
      "aria-label": fill(gettext("Description of %(name)s"), { name }),
      hidden: item.alt === "",
    });
    field.addEventListener("input", () => {
      item.alt = field.value;
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      box.focus();
    });
    const describe = element(
      "button",
      {
        class: "tray__describe",
        type: "button",
        "aria-expanded": String(item.alt !== ""),
        "aria-label": fill(gettext("Describe %(name)s"), { name }),
      },
      icon("pencil", sprite),
      gettext("Describe"),
    );
    describe.addEventListener("click", () => {
      field.hidden = !field.hidden;
      describe.setAttribute("aria-expanded", String(!field.hidden));
      if (!field.hidden) field.focus();
    });
    const row = element("div", { class: "tray__choices" }, describe);
    if (item.prepared?.isChanged && item.original.size <= most()) row.append(originalChoice(item));
    return element("div", {}, row, field);
  }

  /** @param {Item} item */
  function originalChoice(item) {
    const check = element("input", { type: "checkbox" });
    check.checked = item.keepsOriginal;
    check.addEventListener("change", () => {
      item.keepsOriginal = check.checked;
      const size = item.node.querySelector(".tray__size");
      if (size) setText(size, sizeOf(sent(item).blob.size));
    });
    const title = gettext("Larger, and with what the camera wrote into it, such as the place");
    return element(
      "label",
      { class: "tray__original", title },
      check,
      gettext("Send the original"),
    );
  }

  /** @param {Item} item */
  function removeButton(item) {
    const label = fill(gettext("Remove %(name)s"), { name: item.original.name });
    const button = element(
      "button",
      { class: "icon-button", type: "button", "data-remove": true, "aria-label": label },
      icon("x", sprite),
    );
    button.addEventListener("click", () => remove(item));
    return button;
  }

  /** @param {File} original */
  function take(original) {
    const node = element("li", { class: "tray__file" });
    const item = {
      id: newId(),
      original,
      prepared: null,
      keepsOriginal: false,
      alt: "",
      url: "",
      node,
    };
    items.push(item);
    if (mayBePicture(original)) preparing.set(item, makePicture(item));
    draw(item);
  }

  return {
    /**
     * Takes files to be sent; says which it does not take, and why.
     * @param {readonly File[]} files
     */
    add(files) {
      /** @type {string[]} */
      const problems = [];
      let left = (limits().files ?? MOST_FILES) - items.length;
      let taken = 0;
      for (const file of files) {
        if (file.size === 0) {
          problems.push(fill(gettext("%(name)s is empty."), { name: isolate(file.name) }));
        } else if (file.size > most() && !mayBePicture(file)) {
          problems.push(tooBig(isolate(file.name)));
        } else if (left > 0) {
          take(file);
          left -= 1;
          taken += 1;
        } else {
          const n = limits().files ?? MOST_FILES;
          problems.push(
            fill(
              ngettext(
                "A message takes %(n)s file: the others were left out.",
                "A message takes %(n)s files: the others were left out.",
                n,
              ),
              { n },
            ),
          );
          break;
        }
      }
      render();
      if (problems.length > 0) warn(problems.join(" "));
      if (taken === 0) return;
      const count = items.length;
      say(fill(ngettext("%(n)s file to send", "%(n)s files to send", count), { n: count }));
      if (!touch) box.focus();
    },

    /** Says that files may be dropped on an element; null: on none. @param {HTMLElement | null} talk */
    veil(talk) {
      if (talk) talk.append(veil);
      else veil.remove();
    },

    get isEmpty() {
      return items.length === 0;
    },

    /** Resolves once no picture is being prepared; null if none is. */
    get preparing() {
      return preparing.size === 0 ? null : Promise.all(preparing.values()).then(() => {});
    },

    /** Returns what is to be sent, and empties the tray. @returns {Chat.Attached[]} */
    take() {
      const attached = items.map((item) => ({ id: item.id, alt: item.alt.trim(), ...sent(item) }));
      for (const item of items) drop(item);
      render();
      return attached;
    },
  };
}

/**
 * Returns what is sent of an item: of a picture its size too.
 * @param {Item} item
 * @returns {Omit<Chat.Attached, "id" | "alt">}
 */
function sent({ original, prepared, keepsOriginal }) {
  const { name, type } = original;
  if (prepared === null) return { blob: original, name, type };
  const { width, height } = prepared;
  if (keepsOriginal) return { blob: original, name, type, width, height };
  return { blob: prepared.blob, name: prepared.name, type: prepared.type, width, height };
}

/** @param {File} file */
function signOf(file) {
  const kind = playedAs(file.type);
  if (kind) return kind === "audio" ? "music" : "video";
  return file.type.startsWith("image/") ? "image" : "file-text";
}
