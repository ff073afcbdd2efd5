/** The room page: creates its parts and connects them. The only module that knows all of them. */

import { find, isolated } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { followKeys, guardComposition } from "../lib/keyboard.js";
import { createLog } from "../log/log.js";
import { openStorage } from "../net/outbox-storage.js";
import { sentence } from "../net/typing.js";
import { createAnnouncer, sentenceFor } from "../room/announcer.js";
import { createBadge, mentionsElsewhere } from "../room/badge.js";
import { createBellButton } from "../room/bell-button.js";
import { createConnectionStatus, unsendableReason } from "../room/connection-status.js";
import { createFiles } from "../room/files.js";
import { createRoomManagement } from "../room/manage.js";
import { createMissedMessages } from "../room/missed-messages.js";
import { createNoticeBar } from "../room/notice-bar.js";
import { createOnDemand } from "../room/on-demand.js";
import { readPage, viewerTimes } from "../room/page-data.js";
import { createPageLifecycle } from "../room/page-lifecycle.js";
import { createPanel } from "../room/panel.js";
import { applyRoomSettings } from "../room/room-settings.js";
import { createSession } from "../room/session.js";
import { createShare } from "../room/share.js";
import { createWriting } from "../room/writing.js";
import { createBrowserStorage } from "../state/browser-storage.js";
import { isToMe } from "../state/messages.js";
import { createUnread } from "../state/unread.js";

guardComposition();
const root = find(document, "#room", HTMLElement);
const page = readPage(root);
const touch = matchMedia("(pointer: coarse) and (hover: none)").matches;

/** @param {string} name */
const part = (name) => find(root, `[data-${name}]`, HTMLElement);

const browserStorage = createBrowserStorage(page.me.id, page.room.id);
browserStorage.forgetOthers();
await browserStorage.takeOverDrafts();
const outboxStorage = await openStorage();

const times = viewerTimes();
const box = find(root, "textarea", HTMLTextAreaElement);
const form = find(root, "form[data-composer]", HTMLFormElement);
const announcer = createAnnouncer(part("announcer"));
const badge = createBadge(document, page.urls.iconUnread);
const panel = createPanel(root, page.me.id, page.urls.sprite);
const notice = createNoticeBar(part("notice"), page.urls.sprite);
const hidden = () => session.state.hidden;
const missedMessages = createMissedMessages({ notice, me: page.me.id, hidden, goToUnreadLine });

const unread = createUnread({
  me: page.me.id,
  hidden,
  readUpTo: furthest(browserStorage.readUpTo(), page.readUpTo),
  isToMe: (message) => isToMe(message, page.me.id, session.isMine),
  onRead(seq) {
    browserStorage.keepReadUpTo(seq);
    session.tellRead(seq);
  },
  onCount(count, toMe) {
    badge.set(count, toMe);
    bell.read();
    log.renderJump();
  },
});

const session = createSession({
  page,
  snapshot: browserStorage.snapshot(),
  storage: outboxStorage,
  unread,
  changes: browserStorage.changes(),
  unsendableReason: (code, closeReason) => unsendableReason(code, closeReason, isGuest()),
  hooks: {
    changed,
    newMessages(messages) {
      bell.arrived(messages);
      if (session.connection.phase !== "live") return;
      announcer.say(sentenceFor(messages, page.me.id, session.state));
    },
    welcomed,
    aroundLoaded: (seq) => log.showAround(seq),
    pageTooShort: (span) => log.askNewer(span),
    connection: connectionChanged,
    typing: (people) =>
      part("typists").replaceChildren(...isolated(sentence(people.map(({ name }) => name)))),
    messagesChanged(messages) {
      missedMessages.update(messages);
      bell.changed(messages);
      files.changed(messages);
    },
    missed: (seqs) => (seqs === null ? missedMessages.showMany() : missedMessages.show(seqs)),
    room: (room) => applyRoomSettings(root, page, room),
    refused: (message) => notice.show("failure", message),
    elsewhere(rooms) {
      badge.setElsewhere(mentionsElsewhere(rooms));
      onDemand.showOtherRooms(rooms);
    },
    handoff: () => onDemand.lookAtHandoff(),
    replyTargetDeleted: () => writing.replyTargetDeleted(),
    you: (you) => writing.update(you),
    posted: () => writing.posted(),
    wait: (seconds) => writing.wait(seconds),
    fileProgress: (id, sent) => files.progressed(id, sent),
    fileReady: (id, serverId) => files.sentAs(id, serverId),
    changeRefused: (reason, change, code) => writing.changeRefused(reason, change, code),
    bounds: () => log.bounds,
  },
});

const files = createFiles({
  root,
  page,
  form,
  box,
  touch,
  times,
  state: () => session.state,
  tell: notice.show,
  say: (text) => announcer.say(text),
  goTo: (seq) => log.toMessage(seq),
});

const log = createLog({
  places: {
    scroller: part("scroller"),
    rows: part("rows"),
    top: part("log-top"),
    bottom: part("log-bottom"),
    empty: part("empty"),
    jump: part("jump"),
    jumpToMention: part("jump-to-mention"),
  },
  viewer: { times, sprite: page.urls.sprite, myId: page.me.id, touch, files: files.drawing },
  state: () => session.state,
  unread,
  preview: session.preview,
  quote: session.quote,
  requestPage: session.requestPage,
  showNewest: session.showNewest,
  onMove: () => lifecycle.updateReading(),
  onOutOfReach: () =>
    notice.show("failure", gettext("This could not be loaded. Try again when you are online.")),
});

const lifecycle = createPageLifecycle({
  root,
  form,
  box,
  session,
  log,
  unread,
  browserStorage,
  missedMessages,
  files: files.attaching,
});

const management = createRoomManagement(root, page, {
  say: (text) => announcer.say(text),
  tell: notice.show,
  onWaiting: badge.setWaiting,
  onSeq: (seq) => log.toMessage(seq),
});

const status = createConnectionStatus(
  { line: part("status"), banner: part("banner") },
  connectionSituation,
  {
    "try-now": () => session.socket.wake(),
    reload: () => location.reload(),
  },
);

const bell = createBellButton(root, page, {
  session,
  unread,
  onSeq: (seq) => log.toMessage(seq),
  tell: notice.show,
});

const onDemand = createOnDemand({
  root,
  box,
  me: page.me.id,
  sprite: page.urls.sprite,
  touch,
  roomId: page.room.id,
  say: (text) => announcer.say(text),
  tell: notice.show,
  isHidden: (id) => hidden().has(id),
});

const writing = createWriting({
  root,
  page,
  form,
  box,
  touch,
  times,
  session,
  log,
  notice,
  say: (text) => announcer.say(text),
  onDemand,
  files: files.attaching,
  browserStorage,
});

/** @param {...(number | null)} positions read up to, by each device or tab that is known */
function furthest(...positions) {
  const known = positions.filter((position) => position !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function changed() {
  const { room, members, you } = session.state;
  log.schedule();
  panel.render(room ?? page.room, members, you.role ?? "member");
  management.render(session.state);
  writing.render(session.state);
  if (session.connection.phase === "over") lifecycle.showEnd();
  status.refresh();
  lifecycle.updateReading();
}

/** @param {"resume" | "reset"} mode */
function welcomed(mode) {
  if (mode === "reset") log.reset();
  if (!document.hidden) unread.beginVisit(session.state.cursor ?? 0);
  writing.refresh();
  files.live();
}

let hasBeenLive = false;

/** @param {Chat.ConnectionState} connection */
function connectionChanged({ phase }) {
  // The banner announced the loss; that it disappears says nothing to a screen reader.
  if (phase === "live" && !part("banner").hidden) announcer.say(gettext("Back online"));
  status.refresh();
  if (phase === "over") {
    lifecycle.showEnd();
    bell.end();
  }
  const read = browserStorage.readUpTo();
  if (phase === "live" && read !== null) session.tellRead(read);
  if (phase !== "live" || hasBeenLive) return;
  hasBeenLive = true;
  followLink();
  bell.start();
}

/** What the connection line and the banner are made from. */
function connectionSituation() {
  const { connection, state, outbox, closeReason } = session;
  return {
    connection,
    pending: state.pending,
    durable: outbox.durable,
    times,
    urls: page.urls,
    closeReason,
    guest: isGuest(),
    slowed: writing.isSlowModeWait,
  };
}

function isGuest() {
  return !session.state.you.registered;
}

function goToUnreadLine() {
  if (unread.line === null) log.toTop();
  else log.toMessage(unread.line);
}

/** Goes to the message that the address names: `#m58` is the link to message 58. */
function followLink() {
  const seq = /^#m(\d{1,15})$/.exec(location.hash)?.[1];
  if (seq !== undefined) log.toMessage(Number(seq));
}

part("jump").addEventListener("click", () => {
  log.jumpToEnd();
  if (!touch) box.focus();
});
part("jump-to-mention").addEventListener("click", () => log.toMention());
addEventListener("hashchange", followLink);

createShare(
  root,
  () => ({
    code: page.room.code,
    link: new URL(page.urls.room, location.href).href,
    title: page.room.title || fill(gettext("Room %(code)s"), { code: page.room.code }),
  }),
  { say: (text) => announcer.say(text), tell: notice.show },
);
followKeys({
  box,
  scroller: part("scroller"),
  onShortcut: (shortcut) => (shortcut === "help" ? onDemand.openHelp() : part("search").click()),
});
changed();
await session.start();
