// Shows what web push brings, and opens what a notification is about. Run by /sw.js, beside
// service-worker.js. docs/PROTOCOL.md, "Web push", says what comes.

/**
 * @typedef {{title: string, body: string, tag: string, lang?: string, dir?: NotificationDirection,
 *   navigate: string, timestamp?: number, renotify?: boolean, silent?: boolean,
 *   data?: {kind: string, room?: string, seq?: number}}} Pushed
 * @typedef {{url: string, visibilityState: string, focus(): Promise<Tab>, postMessage(data: any): void,
 *   navigate(url: string): Promise<Tab | null>}} Tab
 */

const pushWorker = /** @type {any} */ (self);

pushWorker.addEventListener("push", (/** @type {any} */ event) => {
  event.waitUntil(showPushed(pushedIn(event.data)));
});

pushWorker.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.url ?? "/"));
});

pushWorker.addEventListener("pushsubscriptionchange", (/** @type {any} */ event) => {
  event.waitUntil(subscribeAgain(event));
});

/**
 * @param {{json(): any} | null} data
 * @returns {Pushed | null} null for what is not of this contract
 */
function pushedIn(data) {
  try {
    const { notification } = data?.json() ?? {};
    return typeof notification?.title === "string" ? notification : null;
  } catch {
    return null;
  }
}

/** @param {Pushed | null} pushed */
async function showPushed(pushed) {
  if (pushed === null) return;
  const { title, navigate, data, ...options } = pushed;
  const tabs = await tabsOf(navigate);
  // A person who looks at the room sees the message there.
  if (data?.kind === "messages" && tabs.some(isLookedAt)) return;
  if (data?.kind === "gone") {
    const shown = await pushWorker.registration.getNotifications({ tag: options.tag });
    if (shown.length === 0) return;
  }
  await pushWorker.registration.showNotification(title, {
    ...options,
    icon: pushWorker.notified.icon,
    data: { ...data, url: navigate },
  });
  const all = await pushWorker.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const tab of all) tab.postMessage({ type: "shown", kind: data?.kind });
}

/** @param {Tab} tab */
function isLookedAt({ visibilityState }) {
  return visibilityState === "visible";
}

/**
 * Goes to a page: to the tab that has it open, else to a new one.
 * @param {string} url
 */
async function openPage(url) {
  const [tab] = (await tabsOf(url)).sort((a, b) => Number(isLookedAt(b)) - Number(isLookedAt(a)));
  if (tab === undefined) return pushWorker.clients.openWindow(url);
  // The page goes to the message by itself, without being loaded again.
  tab.postMessage({ type: "open", url });
  return tab.focus();
}

/**
 * Returns the tabs with a page, whatever part of it they show.
 * @param {string} url
 * @returns {Promise<Tab[]>}
 */
async function tabsOf(url) {
  const { pathname } = new URL(url, pushWorker.location.href);
  /** @type {Tab[]} */
  const tabs = await pushWorker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return tabs.filter((tab) => new URL(tab.url).pathname === pathname);
}

/**
 * Subscribes again after the browser, or its push service, has ended the subscription.
 * @param {{newSubscription?: PushSubscription | null}} event
 */
async function subscribeAgain({ newSubscription }) {
  const answer = await fetch("/push/", { headers: { Accept: "application/json" } });
  if (!answer.ok) return; // nobody is signed in here any more
  const { key, token } = await answer.json();
  if (key === null) return;
  const subscription =
    newSubscription ??
    (await pushWorker.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: key,
    }));
  const { endpoint, keys } = subscription.toJSON();
  await fetch("/push/", {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": token },
    body: new URLSearchParams({ endpoint, ...keys }),
  });
}
