/**
 * The room page: puts a session into the document. The only module that knows all the parts.
 */

import { createAnnouncer, sentenceFor } from "./announce.js";
import { createBadge } from "./badge.js";
import { createComposer } from "./composer.js";
import { find, isolated, setText } from "./dom.js";
import { fill, gettext, ngettext } from "./i18n.js";
import { followKeys } from "./keyboard.js";
import { createLocal } from "./local.js";
import { createLog } from "./log.js";
import { createNotice } from "./notice.js";
import { openStorage } from "./outbox-storage.js";
import { readPage, viewerTimes } from "./page-data.js";
import { createPanel } from "./panel.js";
import { TYPING_INTERVAL, typing } from "./protocol.js";
import { createSession } from "./session.js";
import { createShare } from "./share.js";
import { createStatus, describe } from "./status.js";
import { snapshot } from "./store.js";
import { atMostEach, sentence } from "./typing.js";
import { createUnread } from "./unread.js";

/** Messages that a reload of this tab paints before the socket is up. */
const KEPT = 50;

const root = find(document, "#room", HTMLElement);
const page = readPage(root);
const touch = matchMedia("(pointer: coarse) and (hover: none)").matches;

/** @param {string} name */
const part = (name) => find(root, `[data-${name}]`, HTMLElement);

const local = createLocal(page.me.id, page.room.id);
local.forgetOthers();
const storage = await openStorage();

const times = viewerTimes();
const box = find(root, "textarea", HTMLTextAreaElement);
const announcer = createAnnouncer(part("announcer"));
const badge = createBadge(document, page.urls.iconUnread);
const panel = createPanel(root, page.me.id);
const notice = createNotice(part("notice"));

const unread = createUnread({
  me: page.me.id,
  readUpTo: local.readUpTo(),
  onRead(seq) {
    local.keepReadUpTo(seq);
    session.tellRead(seq);
  },
  onCount(count) {
    badge.set(count);
    log.renderJump();
  },
});

const session = createSession({
  page,
  snapshot: local.snapshot(),
  storage,
  unread,
  closedReason: gettext("The room has closed."),
  hooks: {
    changed,
    fresh(messages) {
      if (session.connection.phase !== "live") return;
      announcer.say(sentenceFor(messages, page.me.id, session.state.names));
    },
    welcomed,
    around: (seq) => log.arrivedAround(seq),
    shorter: (span) => log.askNewer(span),
    connection: connectionChanged,
    typing: (people) =>
      part("typists").replaceChildren(...isolated(sentence(people.map(({ name }) => name)))),
    missed: (count) => notice.show(missedText(count), { label: gettext("Go there"), run: toLine }),
    problem: (message) => notice.show(message),
    bounds: () => log.bounds,
  },
});

const log = createLog({
  places: {
    scroller: part("scroller"),
    rows: part("rows"),
    top: part("log-top"),
    bottom: part("log-bottom"),
    empty: part("empty"),
    jump: part("jump"),
  },
  look: {
    times,
    sprite: page.urls.sprite,
    myId: page.me.id,
    myName: () => session.state.you.name,
  },
  state: () => session.state,
  unread,
  ask: session.ask,
  showNewest: session.showNewest,
  onMove: look,
});

const status = createStatus({ line: part("status"), banner: part("banner") }, (action) => {
  if (action === "reload") location.reload();
  else session.socket.wake();
});

const composer = createComposer({
  form: find(root, "form[data-composer]", HTMLFormElement),
  box,
  counter: part("counter"),
  touch,
  limit: () => session.state.limits.body,
  draft: local.draft(),
  onDraft: local.keepDraft,
  onTyping: atMostEach(() => session.socket.send(typing()), TYPING_INTERVAL),
  async onSend(body) {
    const kept = session.outbox.add(body);
    notice.hide();
    log.toNow();
    await kept;
    // Only now that the outbox holds it: until then the draft is the copy that survives.
    local.keepDraft(composer.text);
  },
});

function changed() {
  const { room, members, pending } = session.state;
  log.schedule();
  panel.render(room ?? page.room, members);
  renderFailures(pending.filter((item) => item.state === "failed").length);
  renderStatus();
  look();
}

/** @param {"resume" | "reset"} mode */
function welcomed(mode) {
  if (mode === "reset") log.reset();
  if (!document.hidden) unread.beginVisit(session.state.cursor ?? 0);
  composer.refresh();
}

let opened = false;

/** @param {Chat.ConnectionState} connection */
function connectionChanged({ phase }) {
  renderStatus();
  if (phase !== "live" || opened) return;
  opened = true;
  followLink();
}

/** The end of the log in view on a visible page is what reading is. */
function look() {
  const { cursor } = session.state;
  if (document.hidden || !log.following || cursor === null) unread.away();
  else unread.looking(() => session.state.cursor ?? cursor);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let ticking;

function renderStatus() {
  const { connection, state, outbox } = session;
  const waiting = state.pending.filter(({ state: is }) => is === "waiting" || is === "sending");
  const now = Date.now();
  status.render(
    describe({
      connection,
      waiting: waiting.length,
      durable: outbox.durable,
      now,
      times,
      urls: page.urls,
    }),
  );
  clearTimeout(ticking);
  // A countdown, and a banner that is due.
  if (connection.phase === "offline" || connection.phase === "connecting") {
    ticking = setTimeout(renderStatus, 1000 - (now % 1000));
  }
}

/** @param {number} failed */
function renderFailures(failed) {
  const bar = part("failures");
  bar.hidden = failed < 2;
  const text = ngettext("%(n)s message was not sent.", "%(n)s messages were not sent.", failed);
  setText(find(bar, "p", HTMLElement), fill(text, { n: failed }));
}

/** @param {number | null} count */
function missedText(count) {
  if (count === null) return gettext("You missed a lot. This is the newest.");
  return fill(ngettext("You missed %(n)s message", "You missed %(n)s messages", count), {
    n: count,
  });
}

function toLine() {
  if (unread.line === null) log.toTop();
  else log.toMessage(unread.line);
}

/** `#m58` in the address is the link to message 58. */
function followLink() {
  const seq = /^#m(\d{1,15})$/.exec(location.hash)?.[1];
  if (seq !== undefined) log.toMessage(Number(seq));
}

/** @param {HTMLElement} button */
function failedOf(button) {
  const row = button.closest("[data-client-id]");
  if (row instanceof HTMLElement) return [row.dataset.clientId ?? ""];
  return session.state.pending
    .filter((item) => item.state === "failed")
    .map((item) => item.client_id);
}

root.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-action]") : null;
  if (!(button instanceof HTMLElement)) return;
  switch (button.dataset.action) {
    case "retry":
      void session.outbox.retry(failedOf(button));
      break;
    case "discard":
      void session.outbox.discard(failedOf(button));
      break;
    case "to-now":
      log.toNow();
      if (!touch) box.focus();
      break;
  }
});

let leaving = false;
find(root, "form[data-leave]", HTMLFormElement).addEventListener("submit", () => {
  leaving = true;
  local.clear();
});

function keep() {
  const stays = !leaving && session.connection.phase !== "over";
  local.keepSnapshot(stays ? snapshot(session.state, KEPT) : null);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    keep();
    unread.endVisit();
  } else {
    session.socket.wake();
    if (session.state.cursor !== null) unread.beginVisit(session.state.cursor);
    log.render();
    look();
  }
});
addEventListener("pagehide", () => {
  keep();
  session.socket.close();
});
addEventListener("pageshow", (event) => event.persisted && session.socket.connect());
addEventListener("online", () => session.socket.wake());
addEventListener("offline", () => session.socket.check());
addEventListener("hashchange", followLink);
addEventListener("beforeunload", (event) => {
  const isKept =
    session.outbox.durable || session.state.pending.every(({ state }) => state === "sent");
  if (!isKept && !leaving) event.preventDefault();
});

createShare(
  root,
  {
    code: page.room.code,
    link: new URL(page.urls.room, location.href).href,
    title: page.room.title || fill(gettext("Room %(code)s"), { code: page.room.code }),
  },
  (text) => announcer.say(text),
);
followKeys(box, part("scroller"));
changed();
await session.start();
