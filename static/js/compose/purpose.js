/**
 * The composer's purpose: a new message, a reply, or an edit of one of mine. The bar over the
 * composer says which; Escape goes back to a new message and its draft. The message may be changed
 * elsewhere meanwhile, or deleted: the bar follows that.
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
 * @property {Chat.EditDraft | null} unfinished an edit that an earlier page of this tab left
 *   unfinished
 * @property {(message: Chat.Message) => string} nameOf
 */

/** @param {Options} options */
export function createComposerPurpose({ bar, box, sprite, setText, say, unfinished, nameOf }) {
  /** @type {Purpose | null} */
  let purpose = null;
  /** The text that was in the box when an edit began. */
  let draftBeforeEdit = "";
  /**
   * The present text of the message that is being edited, if it was changed elsewhere; else empty.
   */
  let changedText = "";
  let toResume = unfinished;
  /** Why a reply or an edit was given up; else empty. */
  let note = "";
  const label = box.getAttribute("aria-label") ?? "";

  /**
   * @param {Purpose | null} next
   * @param {string} [text] for an edit, in place of the message's text
   */
  function setPurpose(next, text) {
    const wasEditing = purpose?.kind === "edit";
    purpose = next;
    note = changedText = "";
    draw();
    if (next?.kind === "edit") {
      if (!wasEditing) draftBeforeEdit = box.value;
      setText(text ?? next.message.body);
    } else if (wasEditing) {
      setText(draftBeforeEdit);
    }
  }

  function draw() {
    bar.hidden = purpose === null && note === "";
    box.setAttribute("aria-label", purpose === null ? label : heading(purpose));
    if (bar.hidden) return;
    // A reply or an edit that is not what it was.
    const isWarning = purpose === null || changedText !== "";
    bar.toggleAttribute("data-warning", isWarning);
    const [picture, ...text] = purpose === null ? ["triangle-alert", note] : describe(purpose);
    bar.replaceChildren(icon(picture, sprite), element("p", {}, ...text), cancel());
  }

  /**
   * @param {Purpose} of
   * @returns {[string, ...(Node | string)[]]} the name of the icon, and the text
   */
  function describe({ kind, message, name }) {
    if (changedText !== "") {
      return [
        "triangle-alert",
        element("strong", {}, gettext("This message has changed since you began. It now says:")),
        element("span", { class: "composer__theirs", dir: "auto", tabindex: "0" }, changedText),
        element("span", {}, gettext("Send yours to replace it.")),
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
      setPurpose(null);
      box.focus();
    });
    return button;
  }

  /**
   * Gives up the reply or edit because its message was deleted. What was typed stays, as a new
   * message.
   */
  function giveUp() {
    const { kind = "reply", message } = purpose ?? {};
    const typed = box.value;
    setPurpose(null);
    if (kind === "edit" && typed !== message?.body) giveBack(typed);
    tellDeleted(kind);
  }

  /** @param {Purpose["kind"]} kind what the deleted message was wanted for */
  function tellDeleted(kind) {
    note =
      kind === "edit"
        ? gettext("The message you were editing was deleted.")
        : gettext("The message you were replying to was deleted. Yours will be sent without it.");
    draw();
    say(note);
  }

  /** Puts back a text that could not be sent as an edit. @param {string} text */
  function giveBack(text) {
    if (purpose?.kind === "edit") draftBeforeEdit = joined(draftBeforeEdit, text);
    else setText(joined(box.value, text));
  }

  /** @param {string} text the message's text as it was changed elsewhere */
  function showChangedText(text) {
    changedText = text;
    draw();
    say(`${gettext("This message has changed since you began. It now says:")} ${text}`);
  }

  /**
   * Shows that an edit conflicts with a later one: both texts are shown, and sending the edit
   * replaces the other.
   * @param {Purpose} next with the message as it is now
   * @param {string} text of the edit
   */
  function conflict(next, text) {
    setPurpose(next, text);
    showChangedText(next.message.body);
  }

  /**
   * Goes on with the unfinished edit as soon as its message is known.
   * @param {Chat.EditDraft} edit
   * @param {Chat.Message | null | undefined} message
   */
  function resume({ body, of }, message) {
    if (message === undefined) return;
    toResume = null;
    if (purpose?.kind === "edit" || !message || message.deleted) {
      giveBack(body);
      if (purpose === null) tellDeleted("edit");
      return;
    }
    const next = /** @type {const} */ ({ kind: "edit", message, name: nameOf(message) });
    if (message.edited_at === of) setPurpose(next, body);
    else conflict(next, body);
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || bar.hidden || box.readOnly) return;
    event.preventDefault();
    setPurpose(null);
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
      setPurpose(next);
      box.focus();
    },

    /** Ends a reply or an edit: it was sent, or given up. */
    end() {
      if (!bar.hidden) setPurpose(null);
    },

    giveBack,

    conflict,

    /**
     * Updates the bar when the message has changed or is gone.
     * @param {(seq: number) => Chat.Message | null | undefined} find returns undefined for a
     *   message that is not loaded
     */
    follow(find) {
      if (toResume !== null) resume(toResume, find(toResume.seq));
      if (purpose === null) return;
      const now = find(purpose.message.seq);
      if (now === undefined || now === purpose.message) return;
      if (now === null || now.deleted) {
        giveUp();
        return;
      }
      if (purpose.kind === "reply" || now.body === purpose.message.body) {
        purpose = { ...purpose, message: now };
        draw();
      } else if (box.value === purpose.message.body) {
        setPurpose({ ...purpose, message: now });
      } else if (now.body !== changedText) {
        // The edit still names the text it began with. Sending it is therefore refused once, as a
        // conflict.
        showChangedText(now.body);
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
