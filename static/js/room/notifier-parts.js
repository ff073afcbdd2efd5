/** Puts the notifier together: what it notifies with, and how it knows that somebody looks. */

import { chime, unlock } from "../lib/chime.js";
import { createPushSubscription } from "../net/push-subscription.js";
import { createBellStorage } from "../state/bell-storage.js";
import { createLooking } from "./looking.js";
import { createNotificationTray } from "./notification-tray.js";
import { createNotifier } from "./notifier.js";

/**
 * Ends notifications here if the subscription was ended in the account, or with an earlier session.
 * @param {ReturnType<typeof createBellStorage>} storage
 * @param {() => void} onEnded
 */
async function renewPush(storage, onEnded) {
  const push = createPushSubscription();
  const outcome = await push.renew(storage.settings, Date.now());
  if (outcome === "known") return;
  if (outcome === "gone") {
    storage.change({ on: false, endpoint: "" });
    onEnded();
    await push.unsubscribe();
  } else storage.change({ endpoint: outcome.endpoint, seenAt: Date.now() });
}

/**
 * @param {object} parts
 * @param {Chat.PageData} parts.page
 * @param {ReturnType<typeof import("./session.js").createSession>} parts.session
 * @param {Chat.Unread} parts.unread
 * @param {(url: string) => void} parts.opened a notification was pressed
 * @param {() => void} parts.onEnded notifications were turned off here
 */
export function startNotifier({ page, session, unread, opened, onEnded }) {
  const storage = createBellStorage(page.me.id);
  // Browsers allow sounds after the first press on a page, and some only if asked during it.
  const press = () => storage.settings.on && storage.settings.sound && unlock();
  addEventListener("pointerup", press, { once: true });
  addEventListener("keydown", press, { once: true });
  renewPush(storage, onEnded).catch(() => {}); // another page tries again
  return createNotifier({
    page,
    session,
    unread,
    storage,
    tray: createNotificationTray(opened),
    looking: createLooking(`chat bell ${page.me.id} ${page.room.id}`),
    sound: chime,
  });
}
