/** Tries a notification in all the ways that there are, and says which of them does not work. */

import { chime } from "../lib/chime.js";
import { gettext } from "../lib/i18n.js";
import { reasonOf } from "../lib/json-requests.js";
import { permission } from "./bell-advice.js";
import { createNotificationTray } from "./notification-tray.js";

/** From the push service to the browser it takes at most this long. Milliseconds. */
const ARRIVAL = 10_000;

/**
 * @param {object} parts
 * @param {ReturnType<typeof import("../net/push-subscription.js").createPushSubscription>} parts.push
 * @param {ReturnType<typeof import("../state/bell-storage.js").createBellStorage>} parts.storage
 * @param {Chat.PageData} parts.page
 * @returns {Promise<string>} what works and what does not, in sentences
 */
export async function tryOut({ push, storage, page }) {
  const { sound, endpoint } = storage.settings;
  const found = [];
  const isHeard = sound && (await chime());
  if (sound && !isHeard) found.push(gettext("No sound could be made here."));
  const given = await permission();
  if (given !== "granted") {
    if (isHeard) found.push(gettext("You should have heard a sound."));
    if (given !== "none") found.push(gettext("The browser does not allow notifications."));
    return found.join(" ");
  }
  if (endpoint !== "") found.push(await tryPush(push, endpoint));
  else found.push(await tryHere(page));
  return found.join(" ");
}

/** @param {Chat.PageData} page */
async function tryHere(page) {
  const isShown = await createNotificationTray(() => {}).show({
    title: page.room.title || page.room.code,
    options: {
      body: gettext("This is what a notification looks like."),
      tag: "test",
      data: { kind: "test", url: location.href },
    },
  });
  return isShown
    ? gettext("A notification was shown. If you do not see it, check your system’s settings.")
    : gettext("The browser refused to show a notification.");
}

/**
 * @param {{test: (endpoint: string) => Promise<void>}} push
 * @param {string} endpoint
 */
async function tryPush(push, endpoint) {
  const over = new AbortController();
  const arrival = nextArrival(over.signal);
  try {
    await push.test(endpoint);
    return (await Promise.race([arrival, wait(ARRIVAL)]))
      ? gettext("It has arrived. If you do not see it, check your system’s settings.")
      : gettext("The push service has it, but it has not arrived here yet.");
  } catch (error) {
    return reasonOf(error);
  } finally {
    over.abort();
  }
}

/**
 * @param {AbortSignal} signal ends the listening
 * @returns {Promise<boolean>} true once the service worker has shown a test
 */
function nextArrival(signal) {
  return new Promise((resolve) => {
    /** @param {MessageEvent} event */
    const heard = ({ data }) => {
      if (data?.type === "shown" && data.kind === "test") resolve(true);
    };
    navigator.serviceWorker.addEventListener("message", heard, { signal });
  });
}

/** @param {number} milliseconds @returns {Promise<boolean>} false */
function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}
