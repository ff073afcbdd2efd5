/**
 * Notifies of messages while nobody looks at the room: a notification of the system and a sound. Of
 * several tabs one does. Loaded once somebody has turned notifications on in this browser.
 */

import { getJson } from "../lib/json-requests.js";
import { tabLock } from "../lib/tabs.js";
import { notificationOf, ringing } from "../state/bell.js";
import { createBellStorage } from "../state/bell-storage.js";
import { plainText } from "./plain-text.js";

/** Messages that come within this time of one another are told together. Milliseconds. */
const GATHER = 500;

/**
 * While the person reads on another device, the read position is waited for: there it is noted a
 * second after a message is seen. Milliseconds.
 */
const GATHER_WHILE_READING = 2500;

/** So many times at the most what waits is held back, while another tab seems to be looked at. */
const HELD_BACK = 4;

/** For this long somebody who read elsewhere may still be reading there. Milliseconds. */
const READING = 120_000;

/** Answered messages that are asked for at once. */
const ASKED = 5;

/**
 * How the bell stands, and how far the person has read, is asked again after this long: while nothing
 * is to be told, and just before something is. The person may have turned it or read on elsewhere.
 * Milliseconds.
 */
const KNOWN_FOR = 300_000;
const KNOWN_WELL_FOR = 10_000;

/**
 * @typedef {object} Options
 * @property {Chat.PageData} page
 * @property {Pick<ReturnType<typeof import("./session.js").createSession>, "state" | "isMine" | "quote">}
 *   session
 * @property {Pick<Chat.Unread, "readUpTo" | "readElsewhere">} unread
 * @property {ReturnType<typeof import("./notification-tray.js").createNotificationTray>} tray
 * @property {ReturnType<typeof import("./looking.js").createLooking>} looking
 * @property {() => Promise<boolean>} sound makes it; false if the browser did not allow it
 * @property {ReturnType<typeof createBellStorage>} [storage]
 * @property {typeof getJson} [ask] the site
 */

/**
 * How the bell stands, as it was asked at a time.
 * @typedef {{position: import("../state/bell.js").Position, showsText: boolean, at: number}} Bell
 */

/** @param {Options} options */
export function createNotifier({
  page,
  session,
  unread,
  tray,
  looking,
  sound,
  storage = createBellStorage(page.me.id),
  ask = getJson,
}) {
  const me = page.me.id;
  const tag = page.room.id;
  // One tab at a time shows, closes or looks at notifications: Chromium forgets one that is on its way
  // to the screen if it is asked meanwhile which there are.
  const exclusively = tabLock(`chat bell ${me} ${tag}`);
  /** Messages that may have to be told, by `seq`. @type {Map<number, Chat.Message>} */
  const waiting = new Map();
  /** @type {ReturnType<typeof setTimeout> | null} */
  let timer = null;
  /** How often what waits was held back, since somebody seemed to look at another tab. */
  let heldBack = 0;
  /** When the person last read on another device or in another tab. */
  let readElsewhereAt = -Infinity;
  let lastRead = unread.readUpTo;
  /** @type {Bell | null} */
  let bell = null;

  /** @param {number} [age] of what is known, at the most */
  async function askBell(age = KNOWN_FOR) {
    if (bell !== null && Date.now() - bell.at < age) return bell;
    try {
      const told = await ask(`${page.urls.room}bell/`);
      const { bell: position, shows_text: showsText, read } = told;
      bell = { position, showsText, at: Date.now() };
      if (read > unread.readUpTo) unread.readElsewhere(read);
    } catch {
      // Not known: what is to somebody is what they would miss most.
      bell ??= { position: "to_me", showsText: false, at: 0 };
    }
    return bell;
  }

  /** Returns true if the person may be reading elsewhere. */
  const isReading = () => Date.now() - readElsewhereAt < READING;

  /** Asks for the answered messages that are not loaded: whose they are decides. */
  async function findAnswered() {
    const answered = [...waiting.values()].flatMap(({ reply_to }) => reply_to ?? []).slice(-ASKED);
    if (answered.every((seq) => session.quote(seq) !== undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, GATHER));
  }

  /** @param {number} wait */
  function tellIn(wait) {
    if (timer === null) timer = setTimeout(tell, wait);
  }

  async function tell() {
    timer = null;
    const isLookedAt = await looking.isAnywhere();
    if (!storage.settings.on || (isLookedAt && (heldBack === HELD_BACK || looking.isHere))) {
      heldBack = 0;
      return waiting.clear();
    }
    // A browser takes a while to say that nobody looks any more, a busy one some seconds. Who does look
    // reads meanwhile.
    heldBack = isLookedAt ? heldBack + 1 : 0;
    if (isLookedAt) return tellIn(GATHER_WHILE_READING);
    const before = unread.readUpTo;
    if ((await askBell()).position === "to_me") await findAnswered();
    if (ringingNow(await askBell()).length === 0) return waiting.clear();
    const known = await askBell(isReading() ? 0 : KNOWN_WELL_FOR);
    if (unread.readUpTo > before && ringingNow(known).length > 0) {
      // They read elsewhere just now: perhaps the rest in a moment, too.
      return tellIn(GATHER_WHILE_READING);
    }
    const told = ringingNow(known);
    waiting.clear();
    if (told.length > 0) await exclusively(() => speak(told, known.showsText));
  }

  /** Returns those that wait and are to be told, by `seq`. @param {Bell} bell */
  function ringingNow({ position }) {
    const due = [...waiting.values()].sort((a, b) => a.seq - b.seq);
    const { hidden } = session.state;
    const { readUpTo } = unread;
    return ringing(due, { me, position, isMine: session.isMine, readUpTo, hidden });
  }

  /** @param {readonly Chat.Message[]} messages @param {boolean} showsText */
  async function speak(messages, showsText) {
    const news = storage.claim(tag, messages);
    if (news.length === 0) return;
    const before = (await seqsShown()).flatMap((seq) => known(seq) ?? []);
    const hears = storage.settings.sound && storage.claimSound(Date.now());
    const isHeard = hears && (await sound());
    await show([...before, ...news], showsText, { again: true, silent: isHeard || !hears });
  }

  /**
   * @param {readonly Chat.Message[]} messages
   * @param {boolean} showsText
   * @param {{again: boolean, silent: boolean}} how
   */
  async function show(messages, showsText, { again, silent }) {
    if (!tray.isAllowed) return;
    const seqs = [...new Set(messages.map(({ seq }) => seq))].sort((a, b) => a - b);
    const { room, names } = session.state;
    const { title, body } = notificationOf(messages, {
      room: room ?? page.room,
      names,
      showsText,
      textOf: plainText,
    });
    const url = new URL(`${page.urls.room}#m${seqs[0]}`, location.href).href;
    await tray.show({
      title,
      options: {
        body,
        tag,
        renotify: again,
        silent,
        lang: document.documentElement.lang,
        dir: "auto",
        icon: document.querySelector("link[rel=apple-touch-icon]")?.getAttribute("href") ?? "",
        timestamp: Date.parse(messages[messages.length - 1].at),
        data: { kind: "messages", room: page.room.id, url, seq: seqs[0], seqs },
      },
    });
  }

  /** Returns the numbers of the messages that the notification of this room is about. */
  async function seqsShown() {
    const [shown] = await tray.shown(tag);
    return shown ? seqsOf(shown.data) : [];
  }

  /** @param {number} seq */
  function known(seq) {
    const { messages, tail } = session.state;
    const message = [...messages, ...(tail ?? [])].find((one) => one.seq === seq);
    return message?.deleted ? undefined : message;
  }

  return {
    /** Takes messages that have come. @param {readonly Chat.Message[]} messages */
    arrived(messages) {
      if (looking.isHere || !storage.settings.on) return;
      const news = messages.filter(({ kind, author }) => kind === "chat" && author?.id !== me);
      for (const message of news) waiting.set(message.seq, message);
      if (news.length === 0) return;
      tellIn(isReading() ? GATHER_WHILE_READING : GATHER);
    },

    /**
     * Takes messages as they are now: of one that was deleted nothing stays on the screen.
     * @param {readonly Chat.Message[]} messages
     */
    async changed(messages) {
      for (const message of messages) {
        if (waiting.has(message.seq)) waiting.set(message.seq, message);
      }
      const later = messages.filter(({ seq, changed }) => changed > seq);
      if (later.length === 0) return;
      await exclusively(async () => {
        const seqs = await seqsShown();
        if (!later.some(({ seq }) => seqs.includes(seq))) return;
        const rest = seqs.flatMap((seq) => known(seq) ?? []);
        if (rest.length === 0) return tray.close(tag);
        await show(rest, (await askBell()).showsText, { again: false, silent: true });
      });
    },

    /** Notes how far the person has read, here or elsewhere. @param {number} seq */
    async read(seq) {
      if (seq <= lastRead) return;
      lastRead = seq;
      if (!looking.isHere) readElsewhereAt = Date.now();
      for (const one of waiting.keys()) if (one <= seq) waiting.delete(one);
      await exclusively(async () => {
        const seqs = await seqsShown();
        if (seqs.length > 0 && seqs.every((one) => one <= seq)) await tray.close(tag);
      });
    },

    /** Takes everything of this room off the screen: the person is in it no longer. */
    async end() {
      waiting.clear();
      await exclusively(() => tray.close(tag));
    },

    /** Asks for the bell's position again when it is needed next: it was turned here. */
    turned() {
      bell = null;
    },
  };
}

/** @param {any} data of a notification of the page's own, or of web push @returns {number[]} */
function seqsOf(data) {
  if (Array.isArray(data?.seqs)) return data.seqs;
  return Number.isSafeInteger(data?.seq) ? [data.seq] : [];
}
