/**
 * Turns messages into the rows of the log: groups, days, folded joins and leaves, the unread line.
 * Pure.
 */

import { fill, gettext, ngettext } from "../lib/i18n.js";
import { isolate, list } from "../lib/people.js";
import { dayKey } from "../lib/time.js";
import { isFolded, isHidden, nameOf } from "../state/messages.js";

/** Messages of one author within this many milliseconds of each other share a heading. */
const GROUP_SPAN = 5 * 60_000;

/** A fold names up to this many people, and counts more. */
const MAX_NAMED = 3;

/** An open fold lists this many of its latest joins and leaves. */
const LISTED = 200;

/**
 * @typedef {object} Context
 * @property {string} me my id
 * @property {ReadonlyMap<string, string>} names the present names of people
 * @property {ReadonlyMap<string, Chat.Person>} members who is here
 * @property {number | null} unreadAt `seq` of the message the unread line stands before
 * @property {number | null} target `seq` of the message a link points to
 * @property {(seq: number) => Chat.Message | null | undefined} quote returns a message that another
 *   one replies to
 * @property {ReadonlySet<string>} hidden the people whom I have hidden
 * @property {ReadonlySet<number>} opened messages of theirs, by `seq`, that I have opened
 * @property {number} now milliseconds since the epoch
 * @property {Pick<Chat.Times, "clock" | "day">} times
 */

/**
 * @param {readonly Chat.Message[]} messages contiguous
 * @param {readonly Chat.Pending[]} pending shown after them
 * @param {Context} context
 * @returns {Chat.Row[]}
 */
export function rows(messages, pending, context) {
  /** @type {Chat.Row[]} */
  const result = [];
  /** @type {Chat.Message[]} */
  let run = [];
  let day = 0;
  /** @type {{author: string, at: number} | null} */
  let group = null;

  const endRun = () => {
    if (run.length > 0) result.push(fold(run, context));
    run = [];
  };
  /** @param {string | number} at */
  const turnDay = (at) => {
    const key = dayKey(at);
    if (key === day) return;
    endRun();
    day = key;
    group = null;
    result.push({ type: "day", key: `d${key}`, label: context.times.day(at, context.now) });
  };

  for (const message of messages) {
    turnDay(message.at);
    if (isFolded(message)) {
      run.push(message);
      group = null;
      continue;
    }
    endRun();
    if (message.seq === context.unreadAt) {
      group = null;
      result.push({ type: "unread", key: "unread" });
    }
    const target = message.seq === context.target;
    if (message.kind !== "chat") {
      group = null;
      result.push({ type: "notice", key: `m${message.seq}`, message, target });
      continue;
    }
    const author = message.author?.id ?? "";
    if (isHidden(message, context.hidden) && !context.opened.has(message.seq)) {
      group = null;
      result.push(withHidden(result, message, author, target, context.names));
      continue;
    }
    const at = Date.parse(message.at);
    const head = !continues(group, author, at);
    group = { author, at };
    result.push({
      type: "message",
      key: rowKey(message, context.me),
      message,
      head,
      name: nameOf(message, context.names),
      registered: Boolean((context.members.get(author) ?? message.author)?.registered),
      bot: Boolean(message.author?.bot),
      mine: author === context.me,
      target,
      ...quoted(message.reply_to ?? null, context),
    });
  }
  endRun();

  for (const item of pending) {
    turnDay(item.at);
    const head = !continues(group, context.me, item.at);
    group = { author: context.me, at: item.at };
    const name = context.names.get(context.me) ?? "";
    const registered = Boolean(context.members.get(context.me)?.registered);
    const quote = quoted(item.reply_to ?? null, context);
    const own = { type: /** @type {const} */ ("pending"), key: `c${item.client_id}` };
    result.push({ ...own, item, head, name, registered, ...quote });
  }
  return result;
}

/**
 * @param {number | null} seq of the message that is replied to
 * @param {Context} context
 */
function quoted(seq, context) {
  const quote = seq === null ? undefined : context.quote(seq);
  return {
    quote,
    quoteName: quote ? nameOf(quote, context.names) : "",
    quoteHidden: Boolean(quote && isHidden(quote, context.hidden)),
  };
}

/**
 * Returns the row for a message of somebody whom I have hidden. If the last row is of the same
 * person's hidden messages it is taken out of the list: the new row stands for those too.
 * @param {Chat.Row[]} list
 * @param {Chat.Message} message
 * @param {string} author
 * @param {boolean} target
 * @param {ReadonlyMap<string, string>} names
 * @returns {Chat.Row}
 */
function withHidden(list, message, author, target, names) {
  const { seq } = message;
  const last = list.at(-1);
  if (last?.type === "hidden" && last.author === author) {
    list.pop();
    return { ...last, through: seq, count: last.count + 1, target: last.target || target };
  }
  const name = nameOf(message, names);
  return { type: "hidden", key: `h${seq}`, seq, through: seq, author, name, count: 1, target };
}

/**
 * Returns the key of a message's row. Mine keep the key they had while pending, so that the row
 * stays the same element.
 * @param {Chat.Message} message
 * @param {string} me
 */
function rowKey(message, me) {
  const { client_id: clientId, author, seq } = message;
  return clientId && author?.id === me ? `c${clientId}` : `m${seq}`;
}

/**
 * @param {{author: string, at: number} | null} group
 * @param {string} author
 * @param {number} at
 */
function continues(group, author, at) {
  return group !== null && group.author === author && at - group.at < GROUP_SPAN;
}

/**
 * @param {readonly Chat.Message[]} run consecutive joins and leaves
 * @param {Context} context
 * @returns {Chat.Row}
 */
function fold(run, context) {
  const said = run.slice(-LISTED).map((message) => {
    if (message.through !== undefined) return crowd(message, context);
    const name = isolate(nameOf(message, context.names));
    const time = context.times.clock(message.at);
    const text = message.kind === "join" ? gettext("%(name)s joined") : gettext("%(name)s left");
    return `${time} ${fill(text, { name })}`;
  });
  const unlisted = run.slice(0, -LISTED).reduce((sum, message) => sum + peopleOf(message), 0);
  if (unlisted > 0) {
    said.unshift(fill(ngettext("%(n)s earlier", "%(n)s earlier", unlisted), { n: unlisted }));
  }
  return {
    type: "fold",
    key: `f${run[0].seq}`,
    seq: run[0].seq,
    text: summary(run, context.names),
    detail: run.length > 1 || run[0].through !== undefined ? said.join("\n") : "",
    at: run[run.length - 1].at,
  };
}

/**
 * Returns the text of a fold: "Ada joined", "Ada left and came back", "Ada and Ben joined", "4
 * joined, 2 left".
 * @param {readonly Chat.Message[]} run
 * @param {ReadonlyMap<string, string>} names
 */
function summary(run, names) {
  const one = run.filter(({ through }) => through === undefined);
  const joined = people(one, "join", names);
  const left = people(one, "leave", names);
  if (one.length < run.length) {
    return counts(
      run.reduce((sum, message) => sum + (message.joined ?? 0), joined.size),
      run.reduce((sum, message) => sum + (message.left ?? 0), left.size),
    );
  }
  const everyone = new Set([...joined.keys(), ...left.keys()]);
  if (everyone.size === 1) return comingAndGoing(run, [...joined.values(), ...left.values()][0]);
  if (left.size === 0 && joined.size <= MAX_NAMED) {
    return fill(gettext("%(names)s joined"), { names: list([...joined.values()]) });
  }
  if (joined.size === 0 && left.size <= MAX_NAMED) {
    return fill(gettext("%(names)s left"), { names: list([...left.values()]) });
  }
  return counts(joined.size, left.size);
}

/** @param {number} joined @param {number} left */
function counts(joined, left) {
  const parts = [];
  if (joined > 0) {
    parts.push(fill(ngettext("%(n)s joined", "%(n)s joined", joined), { n: joined }));
  }
  if (left > 0) parts.push(fill(ngettext("%(n)s left", "%(n)s left", left), { n: left }));
  return parts.join(", ");
}

/**
 * Returns the line of a crowd, of which some are named.
 * @param {Chat.Message} message
 * @param {Context} context
 */
function crowd({ at, joined = 0, left = 0, people: some = [] }, { names, times }) {
  const known = some.map(({ id, name }) => isolate(names.get(id) ?? name));
  const text = fill(gettext("%(counts)s, most recently %(names)s"), {
    counts: counts(joined, left),
    names: list(known),
  });
  return `${times.clock(at)} ${text}`;
}

/** Returns how many joins and leaves a message stands for. @param {Chat.Message} message */
function peopleOf({ through, joined = 0, left = 0 }) {
  return through === undefined ? 1 : joined + left;
}

/**
 * @param {readonly Chat.Message[]} run
 * @param {string} name
 */
function comingAndGoing(run, name) {
  const first = run[0].kind;
  const last = run[run.length - 1].kind;
  if (first === last) {
    return fill(first === "join" ? gettext("%(name)s joined") : gettext("%(name)s left"), { name });
  }
  return first === "leave"
    ? fill(gettext("%(name)s left and came back"), { name })
    : fill(gettext("%(name)s joined and left"), { name });
}

/**
 * @param {readonly Chat.Message[]} run
 * @param {"join" | "leave"} kind
 * @param {ReadonlyMap<string, string>} names
 * @returns {Map<string, string>} isolated names by id
 */
function people(run, kind, names) {
  return new Map(
    run
      .filter((message) => message.kind === kind)
      .map((message) => [message.author?.id ?? "", isolate(nameOf(message, names))]),
  );
}
