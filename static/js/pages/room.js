/**
 * The room page: puts a session into the document. The only module that knows all the parts.
 */

import { createComposer } from "../compose/composer.js";
import { createFailures } from "../compose/failed-messages.js";
import { createVoice } from "../compose/mute-line.js";
import { find, isolated } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { followKeys, guardComposition } from "../lib/keyboard.js";
import { createLog } from "../log/log.js";
import { openStorage } from "../net/outbox-storage.js";
import { TYPING_INTERVAL, typing } from "../net/protocol.js";
import { atMostEach, sentence } from "../net/typing.js";
import { createAnnouncer, sentenceFor } from "../room/announcer.js";
import { createBadge } from "../room/badge.js";
import { createStatus, lost } from "../room/connection-status.js";
import { createManaging } from "../room/manage.js";
import { createLife } from "../room/message-actions-ui.js";
import { createAbsence } from "../room/missed-messages.js";
import { createNotice } from "../room/notice-bar.js";
import { readPage, viewerTimes } from "../room/page-data.js";
import { createPanel } from "../room/panel.js";
import { createReport } from "../room/report.js";
import { follow } from "../room/room-settings.js";
import { createSession } from "../room/session.js";
import { createShare } from "../room/share.js";
import { createLocal } from "../state/browser-storage.js";
import { snapshot } from "../state/store.js";
import { createUnread } from "../state/unread.js";

/** So long, in milliseconds, must a page have been hidden for what came meanwhile to be announced. */
const LONG_HIDDEN = 60_000;

/** Messages that a reload of this tab paints before the socket is up. */
const KEPT = 50;

guardComposition();
const root = find(document, "#room", HTMLElement);
const page = readPage(root);
const touch = matchMedia("(pointer: coarse) and (hover: none)").matches;

/** @param {string} name */
const part = (name) => find(root, `[data-${name}]`, HTMLElement);

const local = createLocal(page.me.id, page.room.id);
local.forgetOthers();
await local.takeOverDrafts();
const storage = await openStorage();

const times = viewerTimes();
const box = find(root, "textarea", HTMLTextAreaElement);
const announcer = createAnnouncer(part("announcer"));
const badge = createBadge(document, page.urls.iconUnread);
const panel = createPanel(root, page.me.id, page.urls.sprite);
const notice = createNotice(part("notice"));
const absence = createAbsence({ notice, me: page.me.id, toLine });

const unread = createUnread({
  me: page.me.id,
  readUpTo: furthest(local.readUpTo(), page.readUpTo),
  onRead(seq) {
    local.keepReadUpTo(seq);
    session.tellRead(seq);
  },
  onCount(count, personal) {
    badge.set(count, personal);
    log.renderJump();
  },
});

const session = createSession({
  page,
  snapshot: local.snapshot(),
  storage,
  unread,
  changes: local.changes(),
  lost: (code, farewell) => lost(code, farewell, isGuest()),
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
    incoming: (messages) => absence.changed(messages),
    missed: (seqs) => (seqs === null ? absence.missedMany() : absence.missed(seqs)),
    room: (room) => follow(root, page, room),
    problem: (message) => notice.show(message),
    unanswerable: () =>
      notice.show(gettext("The message you answered was deleted: yours was sent by itself.")),
    standing: (you) => voice.told(you),
    spoke: () => voice.spoke(),
    wait: (seconds) => voice.wait(seconds),
    takenBack(reason, change, code) {
      const isSaid = life.takenBack(change, code);
      if (reason !== "" && !isSaid) notice.show(reason);
    },
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
  },
  state: () => session.state,
  unread,
  preview: session.preview,
  quote: session.quote,
  ask: session.ask,
  showNewest: session.showNewest,
  onMove: look,
});

const managing = createManaging(root, page, {
  say: (text) => announcer.say(text),
  tell: notice.show,
  onWaiting: badge.knocks,
  onSeq: (seq) => log.toMessage(seq),
});
const voice = createVoice({
  line: part("muted"),
  pace: part("pace"),
  times,
  onChange: () => composer.refresh(),
});

const status = createStatus({ line: part("status"), banner: part("banner") }, situation, {
  "try-now": () => session.socket.wake(),
  reload: () => location.reload(),
});

const failures = createFailures(root, session.outbox);

const form = find(root, "form[data-composer]", HTMLFormElement);

const composer = createComposer({
  form,
  box,
  counter: part("counter"),
  touch,
  limit: () => session.state.limits.body,
  isHeld: () => voice.isHeld,
  draft: local.draft(),
  onDraft(text) {
    if (!life.isEditing) local.keepDraft(text);
  },
  onTyping: atMostEach(() => session.socket.send(typing()), TYPING_INTERVAL),
  async onSend(body) {
    const { edited, replyTo } = life.send(body);
    notice.hide();
    if (edited) return;
    const kept = session.outbox.add(body, replyTo);
    log.toNow();
    await kept;
    // Only now that the outbox holds it: until then the draft is the copy that survives.
    local.keepDraft(composer.text);
  },
});

const report = createReport(root, (thanks) => {
  notice.show(thanks);
  announcer.say(thanks);
});

const life = createLife({
  root,
  page,
  session,
  log,
  box,
  touch,
  setText: composer.setText,
  say: (text) => announcer.say(text),
  complain: (text) => notice.show(text),
  report: report.open,
});

/** @param {...(number | null)} places read up to, as far as anybody knows */
function furthest(...places) {
  const known = places.filter((place) => place !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function changed() {
  const { room, members, pending, you } = session.state;
  log.schedule();
  panel.render(room ?? page.room, members, you.role ?? "member");
  managing.render(session.state);
  voice.every = you.role === "member" ? (room?.slow_mode ?? 0) : 0;
  if (session.connection.phase === "over") end();
  failures.render(pending);
  life.render();
  status.refresh();
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
  // The banner spoke of the loss; its going is silent.
  if (phase === "live" && !part("banner").hidden) announcer.say(gettext("Live again"));
  status.refresh();
  if (phase === "over") end();
  const read = local.readUpTo();
  if (phase === "live" && read !== null) session.tellRead(read);
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

/** What the connection line speaks of. */
function situation() {
  const { connection, state, outbox } = session;
  const { farewell } = session;
  const { urls } = page;
  return {
    connection,
    pending: state.pending,
    durable: outbox.durable,
    times,
    urls,
    farewell,
    guest: isGuest(),
    slowed: voice.isSlowed,
  };
}

/** @type {Promise<HTMLElement> | undefined} */
let copying;

/** What was typed and cannot be sent from here. */
function unsent() {
  const texts = session.state.pending.map(({ state, body }) => (state === "sent" ? "" : body));
  return [...texts, box.value].filter((text) => text !== "");
}

/** The connection is gone for good: the log can be read, and one bar says what to do next. */
function end() {
  if (!root.hasAttribute("data-over")) {
    root.setAttribute("data-over", "");
    for (const open of root.querySelectorAll("dialog[open], :popover-open")) {
      if (open instanceof HTMLDialogElement) open.close();
      else if (open instanceof HTMLElement) open.hidePopover();
    }
    box.readOnly = true;
    box.blur();
  }
  form.hidden = box.value === "";
  if (unsent().length === 0 || copying) return;
  copying = import("../room/copy-unsent.js").then(({ offerCopy }) =>
    offerCopy(part("banner"), unsent),
  );
}

function isGuest() {
  return !session.state.you.registered;
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

part("jump").addEventListener("click", () => {
  log.toNow();
  if (!touch) box.focus();
});

let leaving = false;
find(root, "form[data-leave]", HTMLFormElement).addEventListener("submit", () => {
  leaving = true;
  local.clear();
});

function keep() {
  const stays = !leaving && session.connection.phase !== "over";
  local.keepSnapshot(stays ? snapshot(session.state, KEPT) : null);
  local.keepChanges(stays ? session.changes.list : []);
}

let hiddenAt = Infinity;

function hidden() {
  hiddenAt = Date.now();
  keep();
  unread.endVisit();
}

function visible() {
  session.socket.wake();
  if (session.state.cursor !== null) unread.beginVisit(session.state.cursor);
  log.render();
  const { line } = unread;
  if (line !== null && Date.now() - hiddenAt >= LONG_HIDDEN && log.isAbove(line)) {
    absence.missed(unread.seqs);
  }
  look();
}

document.addEventListener("visibilitychange", () => (document.hidden ? hidden : visible)());
addEventListener("pagehide", () => {
  keep();
  session.socket.close();
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (session.connection.phase === "over") location.reload();
  local.returned();
  session.socket.connect();
});
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
  () => ({
    code: page.room.code,
    link: new URL(page.urls.room, location.href).href,
    title: page.room.title || fill(gettext("Room %(code)s"), { code: page.room.code }),
  }),
  (text) => announcer.say(text),
);
followKeys(box, part("scroller"));
changed();
await session.start();
