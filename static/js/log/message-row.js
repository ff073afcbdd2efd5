/** Draws one row of the log. DOM, no network. */

import { element, icon, isolated } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { avatar, botMark, isolate, registeredMark } from "../lib/people.js";
import { quoteElement, reactionsElement } from "./message-extras.js";
import { attachedFiles, messageFiles } from "./message-files.js";
import { messageText } from "./message-text.js";

/**
 * @param {Chat.Row} row
 * @param {Chat.Viewer} viewer
 * @returns {HTMLElement}
 */
export function build(row, viewer) {
  switch (row.type) {
    case "day":
      return element(
        "h2",
        { class: "log__day", "data-day": row.key },
        element("span", {}, row.label),
      );
    case "unread":
      return element(
        "div",
        { class: "log__unread", role: "separator", "aria-label": gettext("New messages") },
        element("span", {}, gettext("New")),
      );
    case "fold":
      return fold(row, viewer);
    case "notice":
      return notice(row, viewer);
    case "hidden":
      return hidden(row, viewer);
    case "message":
      return message(row, viewer);
    case "pending":
      return pending(row, viewer);
  }
}

/**
 * Returns the element for a row that could not be drawn.
 * @param {Chat.Row} row
 */
export function placeholder(row) {
  const node = element("p", { class: "log__notice" }, gettext("This message cannot be shown."));
  if ("message" in row) node.dataset.seq = String(row.message.seq);
  return node;
}

/**
 * @param {Extract<Chat.Row, {type: "fold"}>} row
 * @param {Chat.Viewer} viewer
 */
function fold({ seq, text: summary, detail, at }, viewer) {
  const attributes = { class: "log__event", "data-seq": String(seq) };
  const line = [...isolated(summary), " ", moment(at, viewer.times)];
  if (detail === "") return element("p", attributes, sign("users", viewer), ...line);
  return element(
    "details",
    { ...attributes, class: "log__event disclosure" },
    element(
      "summary",
      {},
      sign("users", viewer),
      element("span", {}, ...line),
      icon("chevron-down", viewer.sprite),
    ),
    element("p", {}, ...isolated(detail)),
  );
}

/**
 * Returns what stands in the place of a speaker's picture where nobody speaks.
 * @param {string} name
 * @param {Chat.Viewer} viewer
 */
function sign(name, viewer) {
  const picture = icon(name, viewer.sprite);
  picture.classList.add("log__sign");
  return picture;
}

/**
 * @param {Extract<Chat.Row, {type: "notice"}>} row
 * @param {Chat.Viewer} viewer
 */
function notice({ message: { seq, body, at }, target }, viewer) {
  // In the page's own direction: a name from right to left that comes first is no sentence.
  return element(
    "p",
    { class: `log__notice${target ? " is-target" : ""}`, "data-seq": String(seq) },
    sign("sliders-horizontal", viewer),
    body,
    " ",
    moment(at, viewer.times),
  );
}

/**
 * The line in place of what a person said whom I have hidden: it can be opened (hidden.js), and the
 * person shown again (on-demand.js).
 * @param {Extract<Chat.Row, {type: "hidden"}>} row
 * @param {Chat.Viewer} viewer
 */
function hidden({ seq, through, author, name, count, target }, viewer) {
  const text = ngettext(
    "Hidden: a message from %(name)s",
    "Hidden: %(n)s messages from %(name)s",
    count,
  );
  return element(
    "p",
    {
      class: `log__notice log__hidden${target ? " is-target" : ""}`,
      "data-seq": String(seq),
      tabindex: "-1",
    },
    sign("eye-off", viewer),
    element("span", {}, ...isolated(fill(text, { n: count, name: isolate(name) }))),
    element(
      "button",
      { type: "button", "data-open-hidden": String(through) },
      ngettext("Show it", "Show them", count),
    ),
    element(
      "button",
      { type: "button", "data-hide-person": author, "data-hidden": "no" },
      gettext("Stop hiding"),
    ),
  );
}

/**
 * @param {Extract<Chat.Row, {type: "message"}>} row
 * @param {Chat.Viewer} viewer
 */
function message({ message, ...row }, viewer) {
  const { seq, at, deleted, author, mentions = [] } = message;
  const classes = ["message"];
  if (row.head) classes.push("message--head");
  if (row.target) classes.push("is-target");
  if (mentions.includes(viewer.myId)) classes.push("message--mention");
  const { name, head, registered, bot } = row;
  const of = { name, registered, bot, id: author?.id ?? "", at, head };
  const node = frame(classes, of, viewer, marks(message, head, viewer));
  node.dataset.seq = String(seq);
  // The arrow keys move the focus from one message to the next.
  node.tabIndex = -1;
  if (deleted) {
    node.append(element("p", { class: "message__gone" }, gettext("This message was deleted")));
  } else {
    if (message.reply_to) {
      node.append(quoteElement({ seq: message.reply_to, ...quoteOf(row) }, viewer));
    }
    if (message.body !== "" || !message.files) node.append(messageText(message, viewer));
    if (message.files) node.append(messageFiles(message.files, viewer));
    node.append(reactionsElement(message, viewer) ?? "");
    if (viewer.touch) node.append(menuButton(viewer.sprite));
  }
  return node;
}

/**
 * Returns the marks of a message that is pinned or was edited; null for any other. Beside the time
 * of a heading there is room for a word, in the margin only for signs.
 * @param {Chat.Message} message
 * @param {boolean} head
 * @param {Chat.Viewer} viewer
 */
function marks({ deleted, pinned, edited_at: editedAt }, head, { sprite, times }) {
  if (deleted || (!pinned && editedAt === null)) return null;
  const node = element("span", { class: "message__marks" });
  /** @param {string} word */
  const unseen = (word) => element("span", { class: "visually-hidden" }, word);
  if (pinned) {
    const title = gettext("Pinned");
    node.append(
      element("span", { "data-mark": "pinned", title }, icon("pin", sprite), unseen(title)),
    );
  }
  if (editedAt !== null) {
    const title = fill(gettext("Edited %(time)s"), { time: times.full(editedAt) });
    const word = gettext("edited");
    const shown = head ? [word] : [icon("pencil", sprite), unseen(word)];
    node.append(element("span", { "data-mark": "edited", title }, ...shown));
  }
  return node;
}

/** @param {{quote: Chat.Message | null | undefined, quoteName: string, quoteHidden: boolean}} row */
function quoteOf({ quote, quoteName: name, quoteHidden: hidden }) {
  return { quote, name, hidden };
}

/** Where there is no mouse, no tools appear under it. @param {string} sprite */
function menuButton(sprite) {
  const label = gettext("Actions");
  return element(
    "button",
    { class: "message__menu", type: "button", "data-row-menu": true, "aria-label": label },
    icon("ellipsis", sprite),
  );
}

/**
 * @param {Extract<Chat.Row, {type: "pending"}>} row
 * @param {Chat.Viewer} viewer
 */
function pending({ item, head, name, registered, ...row }, viewer) {
  const classes = ["message", `message--${item.state}`];
  if (head) classes.push("message--head");
  const node = frame(classes, { name, registered, id: viewer.myId, at: item.at, head }, viewer);
  node.dataset.clientId = item.client_id;
  if (item.reply_to) {
    node.append(quoteElement({ seq: item.reply_to, ...quoteOf(row) }, viewer));
  }
  const { attached } = item;
  if (item.body !== "" || !attached) node.append(messageText(item, viewer));
  if (attached) node.append(attachedFiles(attached, item.client_id, viewer));
  if (item.state === "waiting" || item.state === "sending") {
    const label = item.state === "waiting" ? gettext("Waiting to be sent") : gettext("Sending");
    node.append(
      element(
        "span",
        { class: "message__state", title: label },
        icon("clock", viewer.sprite),
        element("span", { class: "visually-hidden" }, label),
      ),
    );
    if (attached) {
      node.append(
        element(
          "button",
          { class: "message__cancel", type: "button", "data-action": "discard" },
          gettext("Cancel"),
        ),
      );
    }
  }
  if (item.state === "failed") {
    node.append(
      element(
        "p",
        { class: "message__failure" },
        icon("alert-circle", viewer.sprite),
        element("span", {}, fill(gettext("Not sent. %(reason)s"), { reason: item.reason })),
        element("button", { type: "button", "data-action": "retry" }, gettext("Retry")),
        element("button", { type: "button", "data-action": "discard" }, gettext("Delete")),
      ),
    );
  }
  return node;
}

/**
 * Returns the article around a message. Author and time are shown on the first of a group, and read
 * out for each.
 * @param {string[]} classes
 * @param {{name: string, registered: boolean, bot?: boolean, id: string, at: string | number, head: boolean}} of
 * @param {Chat.Viewer} viewer
 * @param {HTMLElement | null} [marked]
 */
function frame(classes, { name, registered, bot = false, id, at, head }, viewer, marked = null) {
  const label = `${name}, ${viewer.times.clock(at)}`;
  const node = element("article", { class: classes.join(" "), "aria-label": label });
  if (!head) {
    node.append(moment(at, viewer.times), marked ?? "");
    return node;
  }
  node.append(
    avatar(name, id),
    element(
      "p",
      { class: "message__head" },
      element("bdi", { class: "message__name" }, name),
      ...(registered ? [registeredMark(viewer.sprite)] : []),
      ...(bot ? [botMark()] : []),
      " ",
      moment(at, viewer.times),
      marked ?? "",
    ),
  );
  return node;
}

/**
 * @param {string | number} at
 * @param {Chat.Times} times
 */
function moment(at, times) {
  const iso = typeof at === "string" ? at : new Date(at).toISOString();
  return element("time", { datetime: iso, title: times.full(at) }, times.clock(at));
}
