/** The menu of a message: quick reactions, and everything else that can be done with it. */

import { element, icon, isolated, openPopover } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { followMenuKeys } from "../lib/menu-keys.js";
import { isolate } from "../lib/people.js";
import { positionPopover } from "../lib/popover-position.js";
import { followDrag } from "../lib/sheet-drag.js";
import { actionsFor, QUICK_REACTIONS } from "../state/message-actions.js";
import { menuQuote } from "./menu-quote.js";
import { anchorOf } from "./message-tools.js";

/** @typedef {import("../state/message-actions.js").MessageAction} MessageAction */

/** @type {Record<Exclude<MessageAction, "react">, string>} */
const PICTURES = {
  reply: "reply",
  edit: "pencil",
  pin: "pin",
  unpin: "pin-off",
  text: "copy",
  link: "link",
  hide: "eye-off",
  unhide: "eye",
  report: "flag",
  delete: "trash",
};

/** @param {Exclude<MessageAction, "react">} action @param {string} name of the message's author */
function labelOf(action, name) {
  switch (action) {
    case "reply":
      return gettext("Reply");
    case "edit":
      return gettext("Edit");
    case "pin":
      return gettext("Pin");
    case "unpin":
      return gettext("Unpin");
    case "text":
      return gettext("Copy text");
    case "link":
      return gettext("Copy link");
    case "hide":
      return fill(gettext("Hide %(name)s for me"), { name: isolate(name) });
    case "unhide":
      return fill(gettext("Show %(name)s again"), { name: isolate(name) });
    case "report":
      return gettext("Report…");
    case "delete":
      return gettext("Delete");
  }
}

/**
 * @param {HTMLElement} menu a popover
 * @param {string} sprite
 * @param {(action: MessageAction, message: Chat.Message, emoji?: string) => void} perform `react`
 *   without an emoji opens the picker
 */
export function createMessageMenu(menu, sprite, perform) {
  /** @type {HTMLElement | null} the row that had the focus */
  let origin = null;

  followMenuKeys(menu);
  followDrag(menu);
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed") return;
    // Closed by Escape or by a click elsewhere: the focus goes back to the message.
    if (menu.contains(document.activeElement) || document.activeElement === document.body) {
      origin?.focus({ preventScroll: true });
    }
  });

  return {
    /**
     * @param {Chat.Message} message
     * @param {string} name of its author
     * @param {Chat.You} you
     * @param {HTMLElement} node its row
     */
    open(message, name, you, node) {
      const offered = actionsFor(message, you);
      origin = node;
      /** @param {() => void} act */
      const closing = (act) => () => {
        menu.hidePopover();
        act();
      };
      const rest = offered.filter((action) => action !== "react");
      menu.setAttribute("aria-label", fill(gettext("Message from %(name)s"), { name }));
      menu.replaceChildren(
        menuQuote(message, name),
        ...(offered.includes("react") ? [reactions(message, you.id, closing)] : []),
        ...rest.flatMap((action) => {
          const act = closing(() => perform(action, message));
          const isForGood = action === "delete" && message.author?.id === you.id;
          const take = isForGood ? () => ask(act, closing) : act;
          const entry = item(action, PICTURES[action], labelOf(action, name), take);
          const rule = element("hr", { class: "menu__rule", role: "presentation" });
          return action === "delete" ? [rule, entry] : [entry];
        }),
      );
      openPopover(menu);
      positionPopover(menu, anchorOf(node), node);
      menu.querySelector("button")?.focus({ preventScroll: true });
    },
  };

  /**
   * @param {string} kind
   * @param {string} picture
   * @param {string} label
   * @param {() => void} act
   */
  function item(kind, picture, label, act) {
    const button = element(
      "button",
      { type: "button", role: "menuitem", class: `menu__item menu__item--${kind}` },
      icon(picture, sprite),
      // One item beside the sign, however many names are in it.
      element("span", {}, ...isolated(label)),
    );
    button.addEventListener("click", act);
    return button;
  }

  /**
   * Asks for a confirmation: a deletion cannot be undone.
   * @param {() => void} act
   * @param {(act: () => void) => () => void} closing
   */
  function ask(act, closing) {
    const question = gettext("Delete for everyone? This cannot be undone.");
    const keep = item(
      "keep",
      "x",
      gettext("Keep it"),
      closing(() => origin?.focus()),
    );
    menu.setAttribute("aria-label", question);
    menu.replaceChildren(
      element("p", { class: "menu__question", "aria-hidden": "true" }, question),
      item("delete", PICTURES.delete, gettext("Delete for good"), act),
      keep,
    );
    keep.focus({ preventScroll: true });
  }

  /**
   * @param {Chat.Message} message
   * @param {string} me
   * @param {(act: () => void) => () => void} closing
   */
  function reactions(message, me, closing) {
    const row = element("div", {
      class: "menu__reactions",
      role: "group",
      "aria-label": gettext("React"),
    });
    for (const emoji of QUICK_REACTIONS) {
      const isMine = message.reactions?.[emoji]?.includes(me) ?? false;
      const button = element(
        "button",
        { type: "button", role: "menuitem", "aria-label": emoji, "data-mine": isMine },
        emoji,
      );
      button.addEventListener(
        "click",
        closing(() => perform("react", message, emoji)),
      );
      row.append(button);
    }
    const more = element(
      "button",
      { type: "button", role: "menuitem", "aria-label": gettext("More reactions") },
      icon("smile-plus", sprite),
    );
    more.addEventListener(
      "click",
      closing(() => perform("react", message)),
    );
    row.append(more);
    return row;
  }
}
