/**
 * The log on the page: which of the loaded messages are shown, where the reader is, and what is
 * loaded as the reader moves. Talks to the server only through `requestPage`.
 */

import { setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { untilMidnight } from "../lib/time.js";
import { PAGE_LIMIT } from "../net/protocol.js";
import { endOf, has } from "../state/messages.js";
import { arrive, settle } from "./arrival.js";
import { createOpened } from "./hidden.js";
import { createJumpButtons } from "./jump-buttons.js";
import { build, placeholder } from "./message-row.js";
import { createFolding } from "./message-text.js";
import { rows } from "./rows.js";
import { createScroll } from "./scroll.js";
import { createTimeline } from "./timeline.js";
import { around, down, reachesEnd, slice, up, viewAtEnd } from "./viewport.js";

/**
 * @typedef {object} Options
 * @property {{scroller: HTMLElement, rows: HTMLElement, top: HTMLElement, bottom: HTMLElement,
 *   empty: HTMLElement, jump: HTMLElement, jumpToMention: HTMLElement}} places
 * @property {Chat.Viewer} viewer
 * @property {() => Chat.State} state
 * @property {Chat.Unread} unread
 * @property {(message: Chat.Message) => Chat.Message} preview returns a message with my unconfirmed
 *   changes in it
 * @property {(seq: number) => Chat.Message | null | undefined} quote
 * @property {(request: Chat.Request) => boolean} requestPage
 * @property {() => void} showNewest drops an earlier part of the log
 * @property {() => void} onMove the reader reached the end, or left it
 * @property {() => void} onOutOfReach a message that is jumped to cannot be loaded now
 */

/** @param {Options} options */
export function createLog({
  places,
  viewer,
  state,
  unread,
  preview,
  quote,
  requestPage,
  showNewest,
  onMove,
  onOutOfReach,
}) {
  /**
   * The `seq` of the first message shown; null only while the reader follows the end.
   * @type {number | null}
   */
  let view = null;
  /** The `seq` of the message that a link or a jump leads to. @type {number | null} */
  let target = null;
  /** True while `target` is being loaded: it is scrolled to as soon as it is there. */
  let seeking = false;
  let scheduled = false;

  const folding = createFolding(places.rows, (change) => {
    // The reader goes on where the text was cut, not at the end.
    scroll.leaveEnd();
    scroll.keep(change);
  });
  const opened = createOpened(places.rows, render);
  const jumps = createJumpButtons(places, unread);
  const timeline = createTimeline(places.rows, (row) => build(row, viewer), placeholder);
  const scroll = createScroll({ ...places, isNewest, onFollow, onTop, onBottom });

  function isNewest() {
    return state().tail === null && reachesEnd(state().messages, view);
  }

  /**
   * Shows a part of the log that stays where it is when messages arrive.
   * @param {number | null} next
   */
  function show(next) {
    if (next === view) return;
    view = next;
    scroll.leaveEnd();
  }

  /** @param {boolean} following */
  function onFollow(following) {
    view = following ? null : (view ?? viewAtEnd(state().messages));
    if (following) jumps.follow();
    else {
      jumps.leave(state().cursor ?? 0);
      settle(places.rows);
    }
    onMove();
  }

  function onTop() {
    const { messages, older } = state();
    const next = up(messages, view);
    if (next !== view) {
      // The observer reports late: the edge that was near may have been pushed away by a burst of
      // messages.
      if (scroll.following) return;
      show(next);
      render();
    } else if (older && messages.length > 0) {
      requestPage({ want: "older", before: messages[0].seq });
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
   * Requests the messages after the last loaded one, as those before a number further on.
   * @param {number} span
   */
  function askNewer(span) {
    const { messages, tail } = state();
    const last = endOf(messages);
    requestPage({ want: "newer", before: Math.min(last + span, tail?.[0]?.seq ?? Infinity) });
  }

  function render() {
    scheduled = false;
    const now = state();
    unread.locate(now.messages, now.older);
    const shown = slice(now.messages, view).map(preview);
    const context = {
      me: viewer.myId,
      names: now.names,
      members: now.members,
      unreadAt: unread.line,
      target,
      quote,
      hidden: now.hidden,
      opened,
      now: Date.now(),
      times: viewer.times,
    };
    const list = rows(shown, isNewest() ? now.pending : [], context);
    scroll.keep(() => {
      const added = timeline.render(list);
      if (scroll.following) arrive(added);
      folding.settle();
      renderTop();
      places.empty.hidden =
        now.cursor === null || list.some((row) => row.type !== "fold" && row.type !== "day");
    });
    jumps.render();
    if (seeking) settleOnTarget();
    // With this many rows and the reader at the end, no edge is near. Rows are counted, not
    // messages: a hundred joins may be one row.
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

  function settleOnTarget() {
    // Until it is loaded the row before it would be taken for it.
    if (target === null || !has(state().messages, target)) return;
    const node = timeline.find(target);
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
    renderJump: jumps.render,
    askNewer,

    /** Renders with the next frame, so that a hundred messages at once change the page once. */
    schedule() {
      if (scheduled) return;
      scheduled = true;
      // A hidden page gets no frames, and needs none until it is shown.
      requestAnimationFrame(render);
    },

    jumpToEnd() {
      view = null;
      target = null;
      seeking = false;
      showNewest();
      render();
      scroll.end();
    },

    /** Goes to the first new message that mentions me; the next call to the one after it. */
    toMention() {
      const seq = jumps.nextMention();
      if (seq !== undefined) this.toMessage(seq);
    },

    /** @param {number} seq */
    toMessage(seq) {
      target = seq;
      seeking = true;
      const { messages } = state();
      if (has(messages, seq)) {
        show(around(messages, seq));
        render();
      } else if (!requestPage({ want: "around", before: seq + PAGE_LIMIT / 2, seq })) {
        seeking = false;
        onOutOfReach();
      }
    },

    /**
     * Returns true if a message is above what is on screen.
     * @param {number} seq
     */
    isAbove(seq) {
      const node = timeline.find(seq);
      const edge = places.scroller.getBoundingClientRect().top;
      return node === null || node.getBoundingClientRect().bottom < edge;
    },

    /** Scrolls to the first loaded message. */
    toTop() {
      scroll.leaveEnd();
      places.scroller.scrollTop = 0;
    },

    /**
     * Shows the page around a message, which has just been loaded.
     * @param {number} seq
     */
    showAround(seq) {
      const { messages } = state();
      if (!has(messages, seq)) seeking = false;
      show(around(messages, seq));
      render();
    },

    /** Goes to the newest messages: all messages were replaced. */
    reset() {
      view = null;
      target = null;
      scroll.end();
    },
  };
}
