/** The connection line and the banner: how the connection is, in words. `describe` is pure. */

import { element, icon, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { CLOSE } from "../net/protocol.js";

/** A connection lost for a shorter time shows no banner. Milliseconds. */
const BANNER_AFTER = 5_000;

/** While live, a message is mentioned only if sending takes longer than this. Milliseconds. */
const SLOW_SEND = 1_000;

/**
 * @typedef {object} Situation
 * @property {Chat.ConnectionState} connection
 * @property {readonly Chat.Pending[]} pending
 * @property {boolean} durable whether the outbox survives the page
 * @property {Pick<Chat.Times, "clock">} times
 * @property {Chat.PageData["urls"]} urls
 * @property {string} closeReason why the server ended the connection; empty if it did not say
 * @property {boolean} [guest] without an account: once signed out, a guest cannot return as the
 *   same person
 * @property {boolean} [slowed] slow mode holds the next message back
 *
 * @typedef {{label: string, href: string} | {label: string, action: "try-now" | "reload"}} NextStep
 *
 * @typedef {object} Shown
 * @property {"live" | "busy" | "offline" | "over"} kind
 * @property {string} line
 * @property {string} banner empty for none
 * @property {string} countdown separate from the banner, since it changes each second
 * @property {NextStep | null} nextStep
 */

/**
 * @param {Situation} situation
 * @param {number} now milliseconds since the epoch
 * @returns {Shown}
 */
export function describe(situation, now) {
  const { connection, pending } = situation;
  const waiting = pending.filter(({ state }) => state === "waiting" || state === "sending");
  const plain = { banner: "", countdown: "", nextStep: null };
  switch (connection.phase) {
    case "live":
      if (connection.doubted) {
        return { ...plain, kind: "busy", line: gettext("Checking the connection…") };
      }
      return {
        ...plain,
        kind: "live",
        line: live(situation.slowed ? [] : waiting.filter(({ at }) => now - at >= SLOW_SEND)),
      };
    case "catching-up":
      return { ...plain, kind: "busy", line: gettext("Catching up…") };
    case "over":
      return over(situation);
    default:
      if (now - connection.since >= BANNER_AFTER) return offline(situation, waiting.length, now);
      return {
        ...plain,
        kind: "busy",
        line: connection.phase === "connecting" ? gettext("Connecting…") : gettext("Reconnecting…"),
      };
  }
}

/** @param {readonly Chat.Pending[]} slow */
function live(slow) {
  if (slow.length === 0) return gettext("Live");
  return fill(gettext("Live · sending %(n)s"), { n: slow.length });
}

/**
 * @param {Situation} situation
 * @param {number} waiting
 * @param {number} now
 * @returns {Shown}
 */
function offline({ connection, durable, times }, waiting, now) {
  const since = fill(gettext("Offline since %(time)s"), { time: times.clock(connection.since) });
  const sentences = [`${since}.`];
  if (waiting > 0) {
    sentences.push(
      fill(
        ngettext(
          "%(n)s message will be sent when you are back online.",
          "%(n)s messages will be sent when you are back online.",
          waiting,
        ),
        { n: waiting },
      ),
    );
  }
  if (!durable) {
    sentences.push(
      gettext("This browser cannot store messages, so keep this page open until then."),
    );
  } else if (waiting === 0) {
    sentences.push(gettext("Keep writing: your messages will be sent when you are back online."));
  }
  return {
    kind: "offline",
    line: waiting === 0 ? since : fill(gettext("%(since)s, %(n)s waiting"), { since, n: waiting }),
    banner: sentences.join(" "),
    countdown: countdown(connection, now),
    nextStep: { label: gettext("Try now"), action: "try-now" },
  };
}

/**
 * @param {Chat.ConnectionState} connection
 * @param {number} now
 */
function countdown({ retryAt }, now) {
  if (retryAt === null) return gettext("Trying now…");
  const seconds = Math.max(1, Math.ceil((retryAt - now) / 1000));
  return fill(ngettext("Trying again in %(n)s s", "Trying again in %(n)s s", seconds), {
    n: seconds,
  });
}

/**
 * @param {Situation} situation
 * @returns {Shown}
 */
function over({ connection: { code }, urls, closeReason, guest = false, pending }) {
  const [line, sentence, nextStep] = ending(code, urls, closeReason, guest);
  const kept = pending.filter(({ state }) => state === "waiting" || state === "sending").length;
  const waits = ngettext(
    "%(n)s message is kept in this browser and will be sent when you return.",
    "%(n)s messages are kept in this browser and will be sent when you return.",
    kept,
  );
  const banner = kept === 0 ? sentence : `${sentence} ${fill(waits, { n: kept })}`;
  return { kind: "over", line, banner, countdown: "", nextStep };
}

/**
 * @param {number | null} code
 * @param {Chat.PageData["urls"]} urls
 * @param {string} closeReason
 * @param {boolean} guest
 * @returns {[string, string, NextStep]}
 */
function ending(code, urls, closeReason, guest) {
  switch (code) {
    case CLOSE.NOT_MEMBER:
      return [
        gettext("Not in this room"),
        gettext("You are not in this room. You can join again with its code."),
        { label: gettext("Join"), href: urls.room },
      ];
    case CLOSE.ROOM_CLOSED:
      return [
        gettext("Closed"),
        gettext("This room has closed. Everyone who was here can still read the transcript."),
        { label: gettext("Read the transcript"), href: urls.transcript },
      ];
    case CLOSE.REMOVED:
      return [
        gettext("Removed"),
        closeReason || gettext("A moderator has removed you from this room."),
        { label: gettext("To the front page"), href: urls.front },
      ];
    case CLOSE.SIGNED_OUT:
      return guest
        ? [
            gettext("Signed out"),
            gettext(
              "You are signed out. A guest cannot sign in again, but you can join as a new guest.",
            ),
            { label: gettext("To the front page"), href: urls.front },
          ]
        : [
            gettext("Signed out"),
            gettext("You are signed out."),
            { label: gettext("Sign in"), href: urls.signIn },
          ];
    default:
      return [
        gettext("Disconnected"),
        gettext("The server has closed this connection. Reload the page to bring it up to date."),
        { label: gettext("Reload"), action: "reload" },
      ];
  }
}

/**
 * Returns why messages can never be sent after a close code; "" if they wait until their author is
 * back.
 * @param {number | null} code
 * @param {string} closeReason
 * @param {boolean} guest
 */
export function unsendableReason(code, closeReason, guest) {
  switch (code) {
    case CLOSE.ROOM_CLOSED:
      return gettext("The room has closed.");
    case CLOSE.REMOVED:
      return closeReason || gettext("A moderator has removed you from this room.");
    case CLOSE.SIGNED_OUT:
      return guest ? gettext("You are signed out.") : "";
    default:
      return "";
  }
}

/**
 * @param {{line: HTMLElement, banner: HTMLElement}} places
 * @param {() => Situation} situation
 * @param {Record<"try-now" | "reload", () => void>} actions
 */
export function createConnectionStatus({ line, banner }, situation, actions) {
  const message = element("p", { role: "status" });
  const clock = element("span", { class: "quiet" });
  banner.append(message, clock);
  /** The name of the banner's sign. */
  let picture = "";

  /**
   * Out of reach of the server is a warning: nothing is lost. That it has ended is a fact.
   * @param {Shown["kind"]} kind
   * @param {string} sprite
   */
  function sign(kind, sprite) {
    const name = kind === "offline" ? "wifi-off" : "info";
    banner.dataset.tone = kind === "offline" ? "warning" : "info";
    if (name === picture) return;
    picture = name;
    banner.querySelector(":scope > .tone")?.remove();
    const node = icon(name, sprite);
    node.classList.add("tone");
    banner.prepend(node);
  }
  /** @type {HTMLElement | null} */
  let control = null;
  let offered = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {NextStep | null} nextStep */
  function offer(nextStep) {
    // An unchanged button stays the same element, so that it keeps the focus.
    const key = JSON.stringify(nextStep);
    if (key === offered) return;
    offered = key;
    control?.remove();
    control = nextStep && controlFor(nextStep, actions);
    if (control !== null) banner.append(control);
  }

  return {
    refresh() {
      const now = Date.now();
      const current = situation();
      const shown = describe(current, now);
      line.dataset.kind = shown.kind;
      setText(line, shown.line);
      banner.hidden = shown.banner === "";
      banner.dataset.kind = shown.kind;
      if (shown.banner !== "") sign(shown.kind, current.urls.sprite);
      setText(message, shown.banner);
      setText(clock, shown.countdown);
      offer(shown.nextStep);

      clearTimeout(timer);
      // Once a second for the countdown, a banner that is due, and messages that take long to send.
      const { phase } = current.connection;
      if (phase === "over" || (phase === "live" && current.pending.length === 0)) return;
      timer = setTimeout(() => this.refresh(), 1000 - (now % 1000));
    },
  };
}

/**
 * @param {NextStep} nextStep
 * @param {Record<"try-now" | "reload", () => void>} actions
 */
function controlFor(nextStep, actions) {
  if ("href" in nextStep)
    return element("a", { class: "button", href: nextStep.href }, nextStep.label);
  const button = element("button", { class: "button", type: "button" }, nextStep.label);
  button.addEventListener("click", actions[nextStep.action]);
  return button;
}
