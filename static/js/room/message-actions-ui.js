/**
 * What can be done with messages once they are said, put into the page: pointing at one, its menu, the
 * composer's other purposes, reactions, pins, who has seen what. Menu and completion are loaded once
 * the page is at rest, so that they are there without a network too; the picker when it is wanted.
 */

import { createComposing } from "../compose/purpose.js";
import { toClipboard } from "../lib/clipboard.js";
import { find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { createPointing } from "../log/message-tools.js";
import { createPins } from "../log/pins.js";
import { createSeen } from "../log/read-receipts.js";
import { lastOfMine } from "../state/message-actions.js";
import { has, lowerBound, nameOf } from "../state/messages.js";

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
 * @property {(text: string) => void} complain to everybody
 * @property {(about: import("./report.js").About) => void} report
 */

/** @param {Options} options */
export function createLife({
  root,
  page,
  session,
  log,
  box,
  touch,
  setText,
  say,
  complain,
  report,
}) {
  const { sprite } = page.urls;
  /** @param {string} name */
  const part = (name) => find(root, `[data-${name}]`, HTMLElement);
  const rows = part("rows");
  const composing = createComposing({ bar: part("composing"), box, sprite, setText, say });
  const pins = createPins(part("pins"), sprite);
  const seen = createSeen(part("seen"));

  /** @param {number} seq */
  function messageAt(seq) {
    const { messages } = session.state;
    return has(messages, seq) ? session.preview(messages[lowerBound(messages, seq)]) : undefined;
  }

  /** @param {Chat.Message} message */
  const name = (message) => nameOf(message, session.state.names);

  const isOver = () => session.connection.phase === "over";

  // Doing ----------------------------------------------------------------------------------------

  /**
   * Puts my emoji to a message, or takes it away.
   * @param {Chat.Message} message
   * @param {string} emoji
   */
  function react({ seq, reactions = {} }, emoji) {
    const on = !(reactions[emoji] ?? []).includes(page.me.id);
    session.changes.add({ kind: "react", seq, emoji, on });
  }

  /**
   * @param {string} text
   * @param {string} done
   */
  async function copy(text, done) {
    say((await toClipboard(text)) ? done : gettext("Could not copy"));
  }

  /** @type {ReturnType<typeof import("../compose/emoji-picker.js").createEmojiPicker> | undefined} */
  let picker;

  /** @param {Chat.Message} message @param {HTMLElement} anchor */
  async function pick(message, anchor) {
    const { createEmojiPicker } = await import("../compose/emoji-picker.js").catch(() => {
      complain(gettext("The emoji could not be loaded. Try again when you are online."));
      return { createEmojiPicker: null };
    });
    if (createEmojiPicker === null) return;
    picker ??= createEmojiPicker(part("emoji-picker"), touch);
    picker.open(anchor, (emoji) => react(messageAt(message.seq) ?? message, emoji));
  }

  /**
   * @param {import("../state/message-actions.js").Deed} deed
   * @param {Chat.Message} message
   * @param {HTMLElement} node its row
   * @param {string} [emoji]
   */
  function perform(deed, message, node, emoji) {
    const { seq } = message;
    if (isOver()) return;
    switch (deed) {
      case "react":
        if (emoji === undefined) void pick(message, node);
        else react(message, emoji);
        break;
      case "reply":
      case "edit":
        composing.begin({ kind: deed, message, name: name(message) });
        break;
      case "pin":
      case "unpin":
        session.changes.add({ kind: "pin", seq, on: deed === "pin" });
        break;
      case "text":
        void copy(message.body, gettext("Text copied"));
        break;
      case "link":
        void copy(`${new URL(page.urls.room, location.href).href}#m${seq}`, gettext("Link copied"));
        break;
      case "report":
        report({ seq: String(seq), name: name(message), text: message.body });
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
  /** @type {HTMLElement} the row the menu was opened for */
  let about = rows;

  createPointing({
    scroller: part("scroller"),
    rows,
    sprite,
    isMessage: (seq) => messageAt(seq)?.kind === "chat" && !isOver(),
    async use(tool, seq, node, from) {
      const message = messageAt(seq);
      if (message === undefined) return;
      if (tool === "reply") return perform("reply", message, node);
      if (tool === "react") return pick(message, from ?? node);
      const { createMessageMenu } = await import("../log/message-menu.js");
      about = node;
      menu ??= createMessageMenu(part("menu"), sprite, (deed, of, emoji) =>
        perform(deed, of, about, emoji),
      );
      menu.open(message, name(message), session.state.you, node, from);
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
    if (box.value !== "" || box.readOnly || composing.purpose !== null) return;
    const { messages, tail, you } = session.state;
    const mine = lastOfMine((tail ?? messages).map(session.preview), you.id);
    if (mine === undefined) return;
    event.preventDefault();
    composing.begin({ kind: "edit", message: mine, name: name(mine) });
  });

  function* people() {
    const { names, members } = session.state;
    for (const [id, person] of names) {
      if (id !== page.me.id) yield { id, name: person, here: members.has(id) };
    }
  }

  let completing = false;
  box.addEventListener("input", async () => {
    if (completing || !/[@:]/.test(box.value)) return;
    completing = true;
    try {
      const { createCompletion } = await import("../compose/completion.js");
      createCompletion(box, part("completion"), people);
    } catch {
      completing = false; // no network: with a later letter perhaps
    }
  });

  const rest = globalThis.requestIdleCallback ?? setTimeout;
  rest(() => {
    import("../log/message-menu.js").catch(() => {});
    import("../compose/completion.js").catch(() => {});
  });

  return {
    get isEditing() {
      return composing.isEditing;
    },

    /**
     * What the composer sends: an edit is done here; the message that is answered otherwise.
     * @param {string} body
     * @returns {{edited: boolean, replyTo?: number}}
     */
    send(body) {
      const { purpose } = composing;
      composing.end();
      if (purpose === null) return { edited: false };
      const { seq } = purpose.message;
      if (purpose.kind === "reply") return { edited: false, replyTo: seq };
      if (body !== purpose.message.body) {
        const at = new Date().toISOString();
        session.changes.add({ kind: "edit", seq, body, at, of: purpose.message.edited_at });
      }
      return { edited: true };
    },

    /**
     * A change was refused: a text that was typed for it is not lost.
     * @param {Chat.Change} change
     * @param {string} [code]
     * @returns {boolean} whether the composer says why
     */
    takenBack(change, code) {
      if (change.kind !== "edit") return false;
      const now = session.quote(change.seq);
      if (code === "conflict" && now && !now.deleted && !composing.isEditing) {
        composing.conflict({ kind: "edit", message: now, name: name(now) }, change.body);
        return true;
      }
      composing.giveBack(change.body);
      return false;
    },

    render() {
      const { state } = session;
      pins.render(state.pinned, state.names);
      seen.render(state);
      composing.follow(session.quote);
    },
  };
}
