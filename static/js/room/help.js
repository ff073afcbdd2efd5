/**
 * The help over the room: how texts are formatted, which keys there are, what a finger does. Loaded
 * when it is first wanted. The keys themselves are in lib/keyboard.js and log/message-tools.js.
 */

import { element, icon, openModal } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/** @typedef {readonly [(Node | string)[], Node | string]} Line what to do, and what it does */

/**
 * Returns what to type, and how it is shown: made of the elements that messages are made of.
 * @returns {Line[]}
 */
function formatting() {
  const link = element("a", {}, gettext("words"));
  return [
    [typed("**bold**"), element("strong", {}, gettext("bold"))],
    [typed("*italic*"), element("em", {}, gettext("italic"))],
    [typed("~~strike~~"), element("s", {}, gettext("strike"))],
    [typed("`code`"), element("code", {}, gettext("code"))],
    [typed("```"), gettext("a block of code, between two such lines")],
    [typed("> words"), element("blockquote", {}, gettext("a quote"))],
    [typed("- item"), gettext("a list; 1. starts a numbered one")],
    [typed("[words](https://…)"), link],
    [typed("@name"), gettext("mentions someone")],
    [typed(":tada:"), "🎉"],
  ];
}

/** @param {string} control the name of the Ctrl key @returns {Line[]} */
function keys(control) {
  const or = ` ${gettext("or")} `;
  return [
    [key("Enter"), gettext("Send")],
    [key("Shift", "Enter"), gettext("New line")],
    [key("↑"), gettext("Edit your last message, while the box is empty")],
    [key("Esc"), gettext("Cancel a reply or an edit")],
    [[...key(control, "K"), or, ...key("/")], gettext("Search in this room")],
    [key("F6"), gettext("Go from the box to the messages")],
    [[...key("↑"), " ", ...key("↓")], gettext("Go from message to message")],
    [key("Enter"), gettext("Open the menu of a message")],
    [key("Esc"), gettext("Go back from a message to the box")],
    [[...key("Page Up"), " ", ...key("Page Down")], gettext("Scroll the messages")],
    [[...key(control, "/"), or, ...key("?")], gettext("Show this list")],
  ];
}

/** @returns {Line[]} */
function gestures() {
  return [
    [[gettext("Swipe a message")], gettext("Reply")],
    [[gettext("Press and hold a message")], gettext("Open its menu")],
  ];
}

/** @param {string} text */
function typed(text) {
  return [element("code", { dir: "ltr" }, text)];
}

/** @param {...string} names pressed together */
function key(...names) {
  return names.flatMap((name, index) =>
    index === 0 ? [element("kbd", {}, name)] : ["+", element("kbd", {}, name)],
  );
}

/**
 * @param {string} title
 * @param {readonly Line[]} lines
 */
function section(title, lines) {
  const list = element("dl", { class: "help__list" });
  for (const [what, does] of lines) {
    list.append(element("dt", {}, ...what), element("dd", { class: "message__text" }, does));
  }
  return element("section", {}, element("h3", { class: "label" }, title), list);
}

/**
 * @param {HTMLElement} root the room
 * @param {string} sprite
 * @param {boolean} touch fingers come first, and a keyboard may be missing
 */
export function createHelp(root, sprite, touch) {
  const control = /^(?:Mac|iP)/.test(navigator.platform) ? "⌘" : "Ctrl";
  const close = element(
    "button",
    { class: "icon-button", type: "submit", "aria-label": gettext("Close") },
    icon("x", sprite),
  );
  const writing = section(gettext("Formatting"), formatting());
  const keyboard = section(gettext("Keyboard"), keys(control));
  const fingers = section(gettext("Touch"), gestures());
  const dialog = element(
    "dialog",
    { class: "dialog help", "aria-labelledby": "help-title" },
    element(
      "form",
      { method: "dialog", class: "help__head" },
      element("h2", { id: "help-title" }, gettext("Formatting and shortcuts")),
      close,
    ),
    element("div", { class: "help__parts" }, ...(touch ? [fingers, writing] : [writing, keyboard])),
  );
  root.append(dialog);
  // A click on the backdrop is a click on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return { open: () => openModal(dialog) };
}
