/**
 * This browser's subscription to web push. The browser makes it with the site's key, and the server
 * keeps it for as long as the session lasts.
 */

import { gettext } from "../lib/i18n.js";
import { getJson, postForm, Refused, reasonOf } from "../lib/json-requests.js";

/** The server is told once in this time that the browser still has it. Milliseconds. */
const TOLD_EVERY = 86_400_000;

/** How long, and how often, the server is asked what became of a test. Milliseconds. */
const PATIENCE = 20_000;
const ASKED_EVERY = 500;

/**
 * What became of an attempt: the endpoint that the server keeps, or why there is none, for a person.
 * @typedef {{endpoint: string, problem: ""} | {endpoint: "", problem: string}} Outcome
 */

export function createPushSubscription() {
  return {
    /** Subscribes this browser. @returns {Promise<Outcome>} */
    async subscribe() {
      try {
        const manager = await pushManager();
        const { key } = await getJson("/push/");
        if (key === null)
          throw new Refused(gettext("This site sends no notifications to closed pages."));
        const subscription = await subscribed(manager, key);
        await postForm("/push/", fieldsOf(subscription));
        return { endpoint: subscription.endpoint, problem: "" };
      } catch (error) {
        return { endpoint: "", problem: reasonOf(error) };
      }
    },

    /** Ends the subscription, in this browser and on the server. */
    async unsubscribe() {
      const subscription = await (await pushManager().catch(() => null))?.getSubscription();
      if (!subscription) return;
      await postForm("/push/forget/", { endpoint: subscription.endpoint }).catch(() => {});
      await subscription.unsubscribe().catch(() => false);
    },

    /**
     * Tells the server once a day that the browser still has its subscription.
     * @param {{endpoint: string, seenAt: number}} known
     * @param {number} now
     * @returns {Promise<"known" | "gone" | {endpoint: string}>} gone: it was ended in the account, or
     *   with the session; else the endpoint that the server was told of
     */
    async renew({ endpoint, seenAt }, now) {
      if (endpoint === "" || now - seenAt < TOLD_EVERY) return "known";
      const subscription = await (await pushManager()).getSubscription();
      if (!subscription) return "gone";
      const { known } = await postForm("/push/seen/", { endpoint: subscription.endpoint });
      return known ? { endpoint: subscription.endpoint } : "gone";
    },

    /**
     * Has the server send this browser a notification. Returns once the push service has taken it;
     * throws why it has not, for a person.
     * @param {string} endpoint
     */
    async test(endpoint) {
      await postForm("/push/test/", { endpoint });
      const state = `/push/test/?${new URLSearchParams({ endpoint })}`;
      for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
        await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY));
        const told = await getJson(state);
        if (told.state === "failed") throw new Refused(told.message);
        if (told.state === "sent") return;
      }
      throw new Refused(gettext("The push service has not taken it yet."));
    },
  };
}

/** Returns the manager of the site's service worker; throws why there is none, for a person. */
async function pushManager() {
  if (!isSecureContext) {
    throw new Refused(gettext("Browsers allow this only on https pages, and this one is on http."));
  }
  const worker = await navigator.serviceWorker?.getRegistration();
  if (!worker?.pushManager) throw new Refused(gettext("This browser cannot do that."));
  return worker.pushManager;
}

/**
 * @param {PushManager} manager
 * @param {string} key the site's, base64url
 */
async function subscribed(manager, key) {
  const before = await manager.getSubscription();
  if (before && base64url(before.options.applicationServerKey) === key) return before;
  // Made with a key that the site no longer has, so nothing could be sent to it.
  await before?.unsubscribe();
  try {
    return await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (error) {
    throw new Refused(refusalOf(error));
  }
}

/**
 * Returns in the site's words why a browser has made no subscription: its own are for programmers.
 * @param {unknown} error
 */
function refusalOf(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return gettext("The browser does not allow notifications.");
  return gettext(
    "This browser’s push service did not answer. Some browsers have it switched off in their settings.",
  );
}

/** @param {PushSubscription} subscription */
function fieldsOf(subscription) {
  return {
    endpoint: subscription.endpoint,
    p256dh: base64url(subscription.getKey("p256dh")),
    auth: base64url(subscription.getKey("auth")),
  };
}

/** @param {ArrayBuffer | null} bytes */
function base64url(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
