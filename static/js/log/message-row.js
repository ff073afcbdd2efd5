/** One row of the log to its element. DOM, no network. */

import { element, icon, isolated } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { avatar, registeredMark } from "../lib/people.js";
import { quoteOf, reactionsOf } from "./message-extras.js";
import { messageText } from "./message-text.js";

/**
 * @param {Chat.Row} row
 * @param {Chat.Look} look
 * @returns {HTMLElement}
 */
export function build(row, look) {
  switch (row.type) {
    case "day":
      return element("h2", { class: "log__day" }, element("span", {}, row.label));
    case "unread":
      return element(
        "div",
        { class: "log__unread", role: "separator", "aria-label": gettext("New messages") },
        element("span", {}, gettext("New")),
      );
    case "fold":
      return fold(row, look);
    case "notice":
      return notice(row, look);
    case "message":
      return message(row, look);
    case "pending":
      return pending(row, look);
  }
}

/**
 * What stands in the log for a row that could not be drawn.
 * @param {Chat.Row} row
 */
export function placeholder(row) {
  const node = element("p", { class: "log__notice" }, gettext("This message cannot be shown."));
  if ("message" in row) node.dataset.seq = String(row.message.seq);
  return node;
}

/**
 * @param {Extract<Chat.Row, {type: "fold"}>} row
 * @param {Chat.Look} look
 */
function fold({ seq, text: summary, detail, at }, look) {
  const attributes = { class: "log__event", "data-seq": String(seq) };
  const line = [...isolated(summary), " ", moment(at, look.times)];
  if (detail === "") return element("p", attributes, ...line);
  return element(
    "details",
    { ...attributes, class: "log__event disclosure" },
    element("summary", {}, element("span", {}, ...line), icon("chevron-down", look.sprite)),
    element("p", {}, ...isolated(detail)),
  );
}

/**
 * @param {Extract<Chat.Row, {type: "notice"}>} row
 * @param {Chat.Look} look
 */
function notice({ message: { seq, body, at }, target }, look) {
  return element(
    "p",
    { class: `log__notice${target ? " is-target" : ""}`, "data-seq": String(seq), dir: "auto" },
    body,
    " ",
    moment(at, look.times),
  );
}

/**
 * @param {Extract<Chat.Row, {type: "message"}>} row
 * @param {Chat.Look} look
 */
function message({ message, ...row }, look) {
  const { seq, at, edited_at, deleted, author, mentions = [] } = message;
  const classes = ["message"];
  if (row.head) classes.push("message--head");
  if (row.target) classes.push("is-target");
  if (mentions.includes(look.myId)) classes.push("message--mention");
  const { name, head, registered } = row;
  const node = frame(classes, { name, registered, id: author?.id ?? "", at, head }, look);
  node.dataset.seq = String(seq);
  // The arrow keys go from one to the next.
  node.tabIndex = -1;
  if (deleted) {
    node.append(element("p", { class: "message__gone" }, gettext("This message was deleted")));
  } else {
    if (message.reply_to) {
      node.append(quoteOf({ seq: message.reply_to, quote: row.quote, name: row.quoteName }, look));
    }
    node.append(messageText(message, look));
    if (edited_at !== null) {
      const when = fill(gettext("Edited %(time)s"), { time: look.times.full(edited_at) });
      node.append(element("small", { class: "message__edited", title: when }, gettext("edited")));
    }
    node.append(reactionsOf(message, look) ?? "");
  }
  return node;
}

/**
 * @param {Extract<Chat.Row, {type: "pending"}>} row
 * @param {Chat.Look} look
 */
function pending({ item, head, name, registered, quote, quoteName }, look) {
  const classes = ["message", `message--${item.state}`];
  if (head) classes.push("message--head");
  const node = frame(classes, { name, registered, id: look.myId, at: item.at, head }, look);
  node.dataset.clientId = item.client_id;
  if (item.reply_to !== null) {
    node.append(quoteOf({ seq: item.reply_to, quote, name: quoteName }, look));
  }
  node.append(messageText(item, look));
  if (item.state === "waiting" || item.state === "sending") {
    const label = item.state === "waiting" ? gettext("Waiting to be sent") : gettext("Sending");
    node.append(
      element(
        "span",
        { class: "message__state", title: label },
        icon("clock", look.sprite),
        element("span", { class: "visually-hidden" }, label),
      ),
    );
  }
  if (item.state === "failed") {
    node.append(
      element(
        "p",
        { class: "message__failure" },
        icon("alert-circle", look.sprite),
        element("span", {}, fill(gettext("Not sent. %(reason)s"), { reason: item.reason })),
        element("button", { type: "button", "data-action": "retry" }, gettext("Retry")),
        element("button", { type: "button", "data-action": "discard" }, gettext("Delete")),
      ),
    );
  }
  return node;
}

/**
 * The article around a message: author and time, shown on the first of a group and said for each.
 * @param {string[]} classes
 * @param {{name: string, registered: boolean, id: string, at: string | number, head: boolean}} of
 * @param {Chat.Look} look
 */
function frame(classes, { name, registered, id, at, head }, look) {
  const label = `${name}, ${look.times.clock(at)}`;
  const node = element("article", { class: classes.join(" "), "aria-label": label });
  if (!head) {
    node.append(moment(at, look.times));
    return node;
  }
  node.append(
    avatar(name, id),
    element(
      "p",
      { class: "message__head" },
      element("bdi", { class: "message__name" }, name),
      ...(registered ? [registeredMark(look.sprite)] : []),
      " ",
      moment(at, look.times),
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
