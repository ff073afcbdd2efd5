/**
 * What the composer is about to send: a message, an answer to one, or another text for one of mine.
 * The bar over the composer says which; Escape goes back to a plain message and the draft it had.
 */

import { excerpt } from "./deeds.js";
import { element, icon } from "./dom.js";
import { fill, gettext } from "./i18n.js";

/**
 * @typedef {{kind: "reply" | "edit", message: Chat.Message, name: string}} Purpose
 *
 * @typedef {object} Options
 * @property {HTMLElement} bar
 * @property {HTMLTextAreaElement} box
 * @property {string} sprite
 * @property {(text: string) => void} setText puts a text into the composer
 */

/** @param {Options} options */
export function createComposing({ bar, box, sprite, setText }) {
  /** @type {Purpose | null} */
  let purpose = null;
  /** What stood in the box when an edit began. */
  let aside = "";
  const label = box.getAttribute("aria-label") ?? "";

  /** @param {Purpose | null} next */
  function become(next) {
    const wasEditing = purpose?.kind === "edit";
    purpose = next;
    bar.hidden = next === null;
    box.setAttribute("aria-label", next === null ? label : heading(next));
    if (next !== null) bar.replaceChildren(...describe(next));
    if (next?.kind === "edit") {
      if (!wasEditing) aside = box.value;
      setText(next.message.body);
    } else if (wasEditing) {
      setText(aside);
    }
  }

  /** @param {Purpose} of */
  function describe(of) {
    const cancel = element(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": gettext("Cancel"),
        title: gettext("Cancel"),
      },
      icon("x", sprite),
    );
    cancel.addEventListener("click", () => {
      become(null);
      box.focus();
    });
    return [
      icon(of.kind === "edit" ? "pencil" : "reply", sprite),
      element(
        "p",
        {},
        element("strong", {}, of.kind === "edit" ? gettext("Editing") : gettext("Replying to")),
        " ",
        of.kind === "edit" ? "" : element("bdi", {}, of.name),
        element("span", { class: "composer__quote", dir: "auto" }, excerpt(of.message)),
      ),
      cancel,
    ];
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || purpose === null) return;
    event.preventDefault();
    become(null);
  });

  return {
    get purpose() {
      return purpose;
    },
    get isEditing() {
      return purpose?.kind === "edit";
    },

    /** @param {Purpose} next */
    begin(next) {
      become(next);
      box.focus();
    },

    /** It was sent, or given up. */
    end() {
      if (purpose !== null) become(null);
    },
  };
}

/** @param {Purpose} of */
function heading({ kind, name }) {
  return kind === "edit" ? gettext("Edit message") : fill(gettext("Reply to %(name)s"), { name });
}
