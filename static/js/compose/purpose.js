/**
 * What the composer is about to send: a message, an answer to one, or another text for one of mine.
 * The bar over the composer says which; Escape goes back to a plain message and the draft it had. What
 * becomes of the message meanwhile is followed: it may be changed elsewhere, or deleted.
 */

import { element, icon } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { excerpt } from "../state/message-actions.js";

/**
 * @typedef {{kind: "reply" | "edit", message: Chat.Message, name: string}} Purpose
 *
 * @typedef {object} Options
 * @property {HTMLElement} bar
 * @property {HTMLTextAreaElement} box
 * @property {string} sprite
 * @property {(text: string) => void} setText puts a text into the composer
 * @property {(text: string) => void} say to a screen reader
 */

/** @param {Options} options */
export function createComposing({ bar, box, sprite, setText, say }) {
  /** @type {Purpose | null} */
  let purpose = null;
  /** What stood in the box when an edit began. */
  let aside = "";
  /** What the message that is edited says by now, if that was changed elsewhere. */
  let theirs = "";
  /** Why the message that was answered or edited was let go. */
  let note = "";
  const label = box.getAttribute("aria-label") ?? "";

  /**
   * @param {Purpose | null} next
   * @param {string} [text] for an edit, instead of what the message says
   */
  function become(next, text) {
    const wasEditing = purpose?.kind === "edit";
    purpose = next;
    note = theirs = "";
    draw();
    if (next?.kind === "edit") {
      if (!wasEditing) aside = box.value;
      setText(text ?? next.message.body);
    } else if (wasEditing) {
      setText(aside);
    }
  }

  function draw() {
    bar.hidden = purpose === null && note === "";
    box.setAttribute("aria-label", purpose === null ? label : heading(purpose));
    if (bar.hidden) return;
    const [picture, ...text] = purpose === null ? ["alert-circle", note] : describe(purpose);
    bar.replaceChildren(icon(picture, sprite), element("p", {}, ...text), cancel());
  }

  /**
   * @param {Purpose} of
   * @returns {[string, ...(Node | string)[]]} its picture and its words
   */
  function describe({ kind, message, name }) {
    if (theirs !== "") {
      return [
        "alert-circle",
        element("strong", {}, gettext("Changed meanwhile. It says now:")),
        element("span", { class: "composer__theirs", dir: "auto", tabindex: "0" }, theirs),
        element("span", {}, gettext("To replace that with your text, send it.")),
      ];
    }
    const quote = element("span", { class: "composer__quote", dir: "auto" }, excerpt(message));
    return kind === "edit"
      ? ["pencil", element("strong", {}, gettext("Editing")), quote]
      : [
          "reply",
          element("strong", {}, gettext("Replying to")),
          " ",
          element("bdi", {}, name),
          quote,
        ];
  }

  function cancel() {
    const name = gettext("Cancel");
    const attributes = { class: "icon-button", type: "button", "aria-label": name, title: name };
    const button = element("button", attributes, icon("x", sprite));
    button.addEventListener("click", () => {
      become(null);
      box.focus();
    });
    return button;
  }

  /** The message is gone: whatever was typed stays, to be sent as a message of its own. */
  function letGo() {
    const { kind = "reply", message } = purpose ?? {};
    const typed = box.value;
    become(null);
    if (kind === "edit" && typed !== message?.body) giveBack(typed);
    note =
      kind === "edit"
        ? gettext("The message you were editing was deleted.")
        : gettext("The message you were answering was deleted. Yours will stand by itself.");
    draw();
    say(note);
  }

  /** @param {string} text that was typed and could not be sent as it was meant */
  function giveBack(text) {
    if (purpose?.kind === "edit") aside = joined(aside, text);
    else setText(joined(box.value, text));
  }

  /** @param {string} text */
  function showTheirs(text) {
    theirs = text;
    draw();
    say(`${gettext("Changed meanwhile. It says now:")} ${text}`);
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || bar.hidden || box.readOnly) return;
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
      if (!bar.hidden) become(null);
    },

    giveBack,

    /**
     * My edit met another one: both are shown, and the next time mine is meant to replace it.
     * @param {Purpose} next with the message as it is now
     * @param {string} text mine
     */
    conflict(next, text) {
      become(next, text);
      showTheirs(next.message.body);
    },

    /**
     * Brings the bar to what has become of the message.
     * @param {(seq: number) => Chat.Message | null | undefined} find undefined for what is not known
     */
    follow(find) {
      if (purpose === null) return;
      const now = find(purpose.message.seq);
      if (now === undefined || now === purpose.message) return;
      if (now === null || now.deleted) {
        letGo();
        return;
      }
      if (purpose.kind === "reply" || now.body === purpose.message.body) {
        purpose = { ...purpose, message: now };
        draw();
      } else if (box.value === purpose.message.body) {
        become({ ...purpose, message: now });
      } else if (now.body !== theirs) {
        // The text that was edited stays what it was: to save is refused once, and then says so.
        showTheirs(now.body);
      }
    },
  };
}

/** @param {...string} texts */
function joined(...texts) {
  return texts.filter((text) => text !== "").join("\n");
}

/** @param {Purpose} of */
function heading({ kind, name }) {
  return kind === "edit" ? gettext("Edit message") : fill(gettext("Reply to %(name)s"), { name });
}
