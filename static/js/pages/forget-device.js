/**
 * Forgets what this browser keeps for notifications when somebody signs out here: the subscription to
 * web push, and notifications that are still on the screen. The server forgets it with the session.
 */

import { forgetBells } from "../state/bell-storage.js";

async function forget() {
  forgetBells();
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const notification of (await worker?.getNotifications()) ?? []) notification.close();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
}

for (const form of document.querySelectorAll("form[data-forget-device]")) {
  // The browser ends what was begun, also when the page is gone.
  form.addEventListener("submit", () => void forget().catch(() => {}));
}
