/**
 * The log on the page: which part of what is loaded is shown, where the reader is in it, and what is
 * fetched as they move. Talks to the server only through `ask`.
 */

import { setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { untilMidnight } from "../lib/time.js";
import { PAGE_LIMIT } from "../net/protocol.js";
import { has } from "../state/messages.js";
import { build, placeholder } from "./message-row.js";
import { rows } from "./rows.js";
import { createScroll } from "./scroll.js";
import { createTimeline } from "./timeline.js";
import { around, down, hold, reachesEnd, slice, up } from "./viewport.js";

/**
 * @typedef {object} Options
 * @property {{scroller: HTMLElement, rows: HTMLElement, top: HTMLElement, bottom: HTMLElement, empty: HTMLElement, jump: HTMLElement}} places
 * @property {Chat.Look} look
 * @property {() => Chat.State} state
 * @property {Chat.Unread} unread
 * @property {(message: Chat.Message) => Chat.Message} preview a message with what I am about to change
 * @property {(seq: number) => Chat.Message | null | undefined} quote
 * @property {(request: Chat.Request) => boolean} ask
 * @property {() => void} showNewest lets go of an earlier stretch
 * @property {() => void} onMove the reader came to the end, or left it
 */

/** @param {Options} options */
export function createLog({
  places,
  look,
  state,
  unread,
  preview,
  quote,
  ask,
  showNewest,
  onMove,
}) {
  /** Null, and only then, while the reader follows the end. @type {number | null} */
  let view = null;
  /** @type {number | null} */
  let target = null;
  /** What had come when the reader left the end. */
  let seenUpTo = 0;
  /** Looked for, and scrolled to as soon as it is loaded. */
  let seeking = false;
  let scheduled = false;

  const timeline = createTimeline(places.rows, (row) => build(row, look), placeholder);
  const scroll = createScroll({ ...places, isNewest, onFollow, onTop, onBottom });

  function isNewest() {
    return state().tail === null && reachesEnd(state().messages, view);
  }

  /**
   * Shows a part of the log that stands still.
   * @param {number | null} next
   */
  function show(next) {
    if (next === view) return;
    view = next;
    scroll.leaveEnd();
  }

  /** @param {boolean} following */
  function onFollow(following) {
    view = following ? null : (view ?? hold(state().messages));
    if (!following) seenUpTo = state().cursor ?? 0;
    renderJump();
    onMove();
  }

  function onTop() {
    const { messages, older } = state();
    const next = up(messages, view);
    if (next !== view) {
      // An observer tells late: what was near when it looked, a burst of messages has carried off.
      if (scroll.following) return;
      show(next);
      render();
    } else if (older && messages.length > 0) {
      ask({ want: "older", before: messages[0].seq });
      renderTop();
    }
  }

  function onBottom() {
    const { messages, tail } = state();
    const next = down(messages, view);
    if (next !== view) {
      show(next);
      render();
    } else if (tail !== null) {
      askNewer(PAGE_LIMIT);
    }
  }

  /**
   * The messages after the last one are those before a number further on.
   * @param {number} span
   */
  function askNewer(span) {
    const { messages, tail } = state();
    const last = messages.at(-1)?.seq ?? 0;
    ask({ want: "newer", before: Math.min(last + span, tail?.[0]?.seq ?? Infinity) });
  }

  function render() {
    scheduled = false;
    const now = state();
    unread.locate(now.messages, now.older);
    const shown = slice(now.messages, view).map(preview);
    const context = {
      me: look.myId,
      names: now.names,
      members: now.members,
      unreadAt: unread.line,
      target,
      quote,
      now: Date.now(),
      times: look.times,
    };
    const list = rows(shown, isNewest() ? now.pending : [], context);
    scroll.keep(() => {
      timeline.render(list);
      renderTop();
      places.empty.hidden =
        now.cursor === null || list.some((row) => row.type !== "fold" && row.type !== "day");
    });
    renderJump();
    if (seeking) settleOnTarget();
    // At the end of a log of this many rows, no edge is near. Not of this many messages: a hundred joins and
    // leaves may be one row.
    if (!scroll.following || list.length < PAGE_LIMIT) scroll.watch();
  }

  function renderTop() {
    const { messages, older } = state();
    const isFirst = messages.length > 0 && slice(messages, view)[0] === messages[0];
    let text = "";
    if (isFirst)
      text = older ? gettext("Loading earlier messages…") : gettext("The room begins here");
    setText(places.top, text);
  }

  function renderJump() {
    places.jump.hidden = scroll.following;
    const label = places.jump.querySelector("[data-label]");
    if (label === null) return;
    const count = unread.countAfter(seenUpTo);
    setText(
      label,
      count === 0
        ? gettext("Jump to now")
        : fill(ngettext("%(n)s new", "%(n)s new", count), { n: count }),
    );
  }

  function settleOnTarget() {
    const node = target === null ? null : timeline.find(target);
    if (node === null) return;
    seeking = false;
    scroll.centre(node);
    node.focus({ preventScroll: true });
  }

  function rollDays() {
    render();
    setTimeout(rollDays, untilMidnight(Date.now()) + 1000);
  }
  setTimeout(rollDays, untilMidnight(Date.now()) + 1000);

  return {
    get following() {
      return scroll.following;
    },

    /** `seq` of the first and the last message in the document. */
    get bounds() {
      const shown = slice(state().messages, view);
      return { first: shown.at(0)?.seq ?? 0, last: shown.at(-1)?.seq ?? Infinity };
    },

    render,
    renderJump,
    askNewer,

    /** With the next frame: a hundred messages at once are one change of the page. */
    schedule() {
      if (scheduled) return;
      scheduled = true;
      // A hidden page gets no frames, and needs none until it is looked at.
      requestAnimationFrame(render);
    },

    /** What rows are made with has changed. */
    rebuild() {
      timeline.forget();
    },

    toNow() {
      view = null;
      target = null;
      seeking = false;
      showNewest();
      render();
      scroll.end();
    },

    /** @param {number} seq */
    toMessage(seq) {
      target = seq;
      seeking = true;
      const { messages } = state();
      if (has(messages, seq)) {
        show(around(messages, seq));
        render();
      } else if (!ask({ want: "around", before: seq + PAGE_LIMIT / 2, seq })) {
        seeking = false;
      }
    },

    /**
     * Whether a message is further up than what is on screen.
     * @param {number} seq
     */
    isAbove(seq) {
      const node = timeline.find(seq);
      const edge = places.scroller.getBoundingClientRect().top;
      return node === null || node.getBoundingClientRect().bottom < edge;
    },

    /** As far up as is loaded. */
    toTop() {
      scroll.leaveEnd();
      places.scroller.scrollTop = 0;
    },

    /**
     * The page around a message came.
     * @param {number} seq
     */
    arrivedAround(seq) {
      const { messages } = state();
      if (!has(messages, seq)) seeking = false;
      show(around(messages, seq));
      render();
    },

    /** Everything was replaced: the newest is where to be. */
    reset() {
      view = null;
      target = null;
      scroll.end();
    },
  };
}
