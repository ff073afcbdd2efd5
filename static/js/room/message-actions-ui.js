/**
 * The page's side of everything that can be done with a message: its tools and menu, replies and
 * edits in the composer, reactions, pins, read receipts. The menu is loaded once the page is idle, so
 * that it works without a network too.
 */

import { completeOnDemand } from "../compose/completion-on-demand.js";
import { createComposerPurpose } from "../compose/purpose.js";
import { toClipboard } from "../lib/clipboard.js";
import { element, find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { setTone } from "../lib/tones.js";
import { anchorOf, createMessageTools } from "../log/message-tools.js";
import { createPins } from "../log/pins.js";
import { createReadReceipts } from "../log/read-receipts.js";
import { excerpt, lastOfMine } from "../state/message-actions.js";
import { has, lowerBound, nameOf } from "../state/messages.js";

/** How long a row says that it was copied. Milliseconds. */
const NOTE_FOR = 2000;

/**
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {Chat.PageData} page
 * @property {ReturnType<typeof import("./session.js").createSession>} session
 * @property {{toMessage(seq: number): void}} log
 * @property {HTMLTextAreaElement} box
 * @property {boolean} touch
 * @property {(text: string) => void} setText puts a text into the composer
 * @property {(text: string) => void} say to a screen reader
 * @property {(about: import("./report.js").About) => void} report
 * @property {(id: string, hidden: boolean) => void} hide a person for me, or show them again
 * @property {(anchor: HTMLElement, onChosen: (emoji: string) => void,
 *   about: {row: HTMLElement, message: Chat.Message, name: string}) => Promise<void>} chooseEmoji
 * @property {() => Promise<typeof import("../log/message-menu.js").createMessageMenu | null>} loadMenu
 *   says so if it cannot be loaded
 * @property {ReturnType<typeof import("../state/browser-storage.js").createBrowserStorage>}
 *   browserStorage
 */

/** @param {Options} options */
export function createMessageActions({
  root,
  page,
  session,
  log,
  box,
  touch,
  setText,
  say,
  report,
  hide,
  chooseEmoji,
  loadMenu,
  browserStorage,
}) {
  const { sprite } = page.urls;
  /** @param {string} name */
  const part = (name) => find(root, `[data-${name}]`, HTMLElement);
  const rows = part("rows");
  const composerPurpose = createComposerPurpose({
    bar: part("composing"),
    box,
    sprite,
    setText,
    say,
    unfinished: browserStorage.edit(),
    nameOf: (message) => name(message),
  });
  const pins = createPins(part("pins"), sprite);
  const readReceipts = createReadReceipts(part("seen"));

  /** @param {number} seq */
  function messageAt(seq) {
    const { messages } = session.state;
    return has(messages, seq) ? session.preview(messages[lowerBound(messages, seq)]) : undefined;
  }

  /** @param {Chat.Message} message */
  const name = (message) => nameOf(message, session.state.names);

  /** @param {number} seq */
  const linkTo = (seq) => `${new URL(page.urls.room, location.href).href}#m${seq}`;

  const isOver = () => session.connection.phase === "over";

  // Actions --------------------------------------------------------------------------------------

  /**
   * Adds my reaction to a message, or removes it.
   * @param {Chat.Message} message
   * @param {string} emoji
   */
  function react({ seq, reactions = {} }, emoji) {
    const on = !(reactions[emoji] ?? []).includes(page.me.id);
    session.changes.add({ kind: "react", seq, emoji, on });
  }

  /**
   * Copies a text, and says so on the row that it is of.
   * @param {string} text
   * @param {string} done
   * @param {HTMLElement} node
   */
  async function copy(text, done, node) {
    const isCopied = await toClipboard(text);
    const outcome = isCopied ? done : gettext("Could not copy");
    say(outcome);
    const note = element("p", { class: "message__note", "aria-hidden": "true" }, outcome);
    setTone(note, isCopied ? "success" : "failure", sprite);
    node.append(note);
    setTimeout(() => note.remove(), NOTE_FOR);
  }

  const [menuBox, picker] = [part("menu"), part("emoji-picker")];
  for (const popover of [menuBox, picker]) {
    popover.addEventListener("toggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === "closed") tools.release(popover);
    });
  }

  /** @param {Chat.Message} message @param {HTMLElement} node its row */
  async function chooseReaction(message, node) {
    tools.hold(node, picker);
    await chooseEmoji(anchorOf(node), (emoji) => react(messageAt(message.seq) ?? message, emoji), {
      row: node,
      message,
      name: name(message),
    });
    // It could not be loaded.
    if (!picker.matches(":popover-open")) tools.release(picker);
  }

  /**
   * @param {import("../state/message-actions.js").MessageAction} action
   * @param {Chat.Message} message
   * @param {HTMLElement} node its row
   * @param {string} [emoji]
   */
  function perform(action, message, node, emoji) {
    const { seq } = message;
    if (isOver()) return;
    switch (action) {
      case "react":
        if (emoji === undefined) chooseReaction(message, node);
        else react(message, emoji);
        break;
      case "reply":
      case "edit":
        composerPurpose.begin({ kind: action, message, name: name(message) });
        break;
      case "pin":
      case "unpin":
        session.changes.add({ kind: "pin", seq, on: action === "pin" });
        break;
      case "text":
        void copy(message.body, gettext("Text copied"), node);
        break;
      case "link":
        void copy(linkTo(seq), gettext("Link copied"), node);
        break;
      case "hide":
      case "unhide":
        hide(message.author?.id ?? "", action === "hide");
        break;
      case "report":
        report({ seq: String(seq), name: name(message), text: message.body || excerpt(message) });
        break;
      case "delete":
        session.changes.add({ kind: "delete", seq });
        say(gettext("Message deleted"));
        box.focus({ preventScroll: true });
        break;
    }
  }

  /** @type {ReturnType<typeof import("../log/message-menu.js").createMessageMenu> | undefined} */
  let menu;
  /** The row that the menu was opened for. */
  let menuRow = rows;

  const tools = createMessageTools({
    scroller: part("scroller"),
    rows,
    sprite,
    touch,
    isMessage(seq) {
      const message = messageAt(seq);
      return message?.kind === "chat" && !message.deleted && !isOver();
    },
    async use(tool, seq, node) {
      const message = messageAt(seq);
      if (message === undefined) return;
      if (tool === "reply") return perform("reply", message, node);
      if (tool === "react") return chooseReaction(message, node);
      const createMessageMenu = await loadMenu();
      if (createMessageMenu === null) return;
      menuRow = node;
      menu ??= createMessageMenu(menuBox, sprite, (action, of, emoji) =>
        perform(action, of, menuRow, emoji),
      );
      tools.hold(node, menuBox);
      menu.open(message, name(message), session.state.you, node);
    },
  });

  root.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    const goto = target.closest("[data-goto]")?.getAttribute("data-goto");
    if (goto) log.toMessage(Number(goto));
    const emoji = target.closest("[data-emoji]")?.getAttribute("data-emoji");
    const seq = target.closest("[data-seq]")?.getAttribute("data-seq");
    const message = emoji && seq ? messageAt(Number(seq)) : undefined;
    if (emoji && message && !isOver()) react(message, emoji);
  });

  // Writing --------------------------------------------------------------------------------------

  box.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" || event.shiftKey) return;
    if (box.value !== "" || box.readOnly || composerPurpose.purpose !== null) return;
    const { messages, tail, you } = session.state;
    const mine = lastOfMine((tail ?? messages).map(session.preview), you.id);
    if (mine === undefined) return;
    event.preventDefault();
    composerPurpose.begin({ kind: "edit", message: mine, name: name(mine) });
  });

  function* people() {
    const { names, members } = session.state;
    for (const [id, person] of names) {
      if (id !== page.me.id) yield { id, name: person, here: members.has(id) };
    }
  }
  completeOnDemand(box, part("completion"), people);

  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  whenIdle(() => import("../log/message-menu.js").catch(() => {}));

  return {
    /** The edit that is being made, if one is. */
    get editing() {
      return composerPurpose.isEditing ? composerPurpose.purpose : null;
    },

    /** Keeps the composer's text for the next page of this tab. @param {string} text */
    keepText(text) {
      const { purpose } = composerPurpose;
      if (purpose?.kind === "edit") {
        const { seq, edited_at: of } = purpose.message;
        browserStorage.keepEdit({ seq, body: text, of });
      } else {
        browserStorage.keepEdit(null);
        browserStorage.keepDraft(text);
      }
    },

    /**
     * Takes the composer's text: makes the edit if it is one, and returns null; otherwise returns
     * what is to be posted.
     * @param {string} body
     * @returns {Chat.Said | null}
     */
    send(body) {
      const { purpose } = composerPurpose;
      composerPurpose.end();
      if (purpose === null) return { body };
      const { seq } = purpose.message;
      if (purpose.kind === "reply") return { body, reply_to: seq };
      if (body !== purpose.message.body) {
        const at = new Date().toISOString();
        session.changes.add({ kind: "edit", seq, body, at, of: purpose.message.edited_at });
      }
      return null;
    },

    /**
     * Takes back a change that was refused. The text that was typed for an edit goes into the
     * composer.
     * @param {Chat.Change} change
     * @param {string} [code]
     * @returns {boolean} true if the composer explains why
     */
    takeBack(change, code) {
      if (change.kind !== "edit") return false;
      const now = session.quote(change.seq);
      if (code === "conflict" && now && !now.deleted && !composerPurpose.isEditing) {
        composerPurpose.conflict({ kind: "edit", message: now, name: name(now) }, change.body);
        return true;
      }
      composerPurpose.giveBack(change.body);
      return false;
    },

    render() {
      const { state } = session;
      pins.render(state.pinned, state.names, state.hidden);
      readReceipts.render(state);
      tools.refresh();
      composerPurpose.follow(session.quote);
    },
  };
}
