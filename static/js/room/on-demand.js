/**
 * The parts of the page that are loaded when somebody first wants them: the help, the emoji picker,
 * the menu of a person, the form for a report, hiding somebody, the code for another device.
 * What opens them is on the page from the start.
 */

import { find, loadStyle } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { browserStorages } from "../state/browser-storage.js";

/**
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {HTMLTextAreaElement} box
 * @property {string} me my id
 * @property {string} sprite
 * @property {boolean} touch
 * @property {Chat.NoticeBar["show"]} tell
 * @property {(id: string) => boolean} isHidden returns true for a person whom I have hidden
 * @property {string} roomId
 * @property {(text: string) => void} say to screen readers
 */

/** @param {Options} options */
export function createOnDemand({ root, box, me, sprite, touch, roomId, say, tell, isHidden }) {
  /**
   * Makes a part once, with the modules it needs; returns null, and says so, if they cannot be
   * loaded. The next call tries again.
   * @template Part
   * @param {() => Promise<Part>} make
   * @returns {() => Promise<Part | null>}
   */
  function once(make) {
    /** @type {Promise<Part | null> | undefined} */
    let part;
    return () => {
      part ??= make().catch(() => {
        part = undefined;
        tell("failure", gettext("This could not be loaded. Try again when you are online."));
        return null;
      });
      return part;
    };
  }

  const help = once(async () => {
    const [{ createHelp }] = await Promise.all([
      import("./help.js"),
      loadStyle(root.dataset.urlHelpStyle ?? ""),
    ]);
    return createHelp(root, sprite, touch);
  });

  const picker = once(async () => {
    const [{ createEmojiPicker }, { createEmojiRecents }, { menuQuote }] = await Promise.all([
      import("../compose/emoji-picker.js"),
      import("../compose/emoji-recents.js"),
      import("../log/menu-quote.js"),
      loadStyle(root.dataset.urlEmojiStyle ?? ""),
    ]);
    const recents = createEmojiRecents(me, browserStorages().local);
    const box = find(root, "[data-emoji-picker]", HTMLElement);
    return { menuQuote, ...createEmojiPicker(box, touch, recents) };
  });

  const reports = once(async () => {
    const { createReport } = await import("./report.js");
    return createReport(root, (thanks) => tell("success", thanks));
  });

  const hiding = once(async () => {
    const { createHiding } = await import("./hide.js");
    return createHiding(tell);
  });

  const messageMenu = once(async () => (await import("../log/message-menu.js")).createMessageMenu);

  const panel = find(root, ".panel", HTMLElement);

  const personMenu = once(async () => {
    const { createPersonMenu } = await import("./person-menu.js");
    return createPersonMenu(panel, sprite);
  });

  const handoff = once(async () => {
    const { createHandoff } = await import("./handoff.js");
    return createHandoff({ root, roomId, sprite, say, tell });
  });

  const otherRooms = once(async () => {
    const { createOtherRooms } = await import("./other-rooms.js");
    return createOtherRooms(root, sprite);
  });

  const parts = {
    messageMenu,
    openHelp: async () => (await help())?.open(),

    /**
     * @param {HTMLElement} anchor
     * @param {(emoji: string) => void} onChosen
     * @param {{row: HTMLElement, message: Chat.Message, name: string}} [about] what is reacted to
     */
    async chooseEmoji(anchor, onChosen, about) {
      const loaded = await picker();
      if (!loaded) return;
      const { open, menuQuote } = loaded;
      const quote = about && menuQuote(about.message, about.name);
      open(anchor, onChosen, about && quote && { row: about.row, quote });
    },

    /** @param {string} id @param {boolean} hidden */
    async hide(id, hidden) {
      (await hiding())?.(id, hidden);
    },
    /** @param {readonly Chat.OtherRoom[]} rooms */
    showOtherRooms: async (rooms) => (await otherRooms())?.render(rooms),

    /** A device has opened the code that this session shows, or has come in. */
    lookAtHandoff: async () => (await handoff())?.look(),

    /** @param {import("./report.js").About} about */
    async report(about) {
      (await reports())?.open(about);
    },
  };

  /** Puts a text where the caret is. @param {string} text */
  function insert(text) {
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }

  /** Speaks to somebody, and leaves the panel where it lies over the log. @param {string} name */
  function mention(name) {
    const isWordBefore = /\S$/u.test(box.value.slice(0, box.selectionStart));
    if (panel.matches(":popover-open")) panel.hidePopover();
    insert(`${isWordBefore ? " " : ""}@${name} `);
  }

  root.addEventListener("click", (event) => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    if (target.closest("[data-handoff]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      handoff().then((part) => part?.open());
    }
    const emojiButton = target.closest("[data-insert-emoji]");
    if (emojiButton instanceof HTMLElement) parts.chooseEmoji(emojiButton, insert);
    else if (target.closest("[data-help]")) parts.openHelp();
    const person = target.closest(
      "[data-mention], [data-hide-person], [data-report-person], [data-person-menu]",
    );
    if (!(person instanceof HTMLElement)) return;
    const { mention: mentioned, hidePerson, reportPerson, reportName: name = "" } = person.dataset;
    if (mentioned) mention(mentioned);
    else if (hidePerson) parts.hide(hidePerson, person.dataset.hidden === "yes");
    else if (reportPerson) parts.report({ person: reportPerson, name });
    else personMenu().then((menu) => menu?.open(person, isHidden));
  });

  return parts;
}
