/**
 * The system's notifications of this site. The service worker shows them, so that one of the page and
 * one of web push with the same tag take each other's place, and a tap finds the room after its page
 * is gone. Without a worker (some private windows) the page shows them itself.
 */

/**
 * @typedef {object} Shown
 * @property {string} title
 * @property {NotificationOptions & {renotify?: boolean, timestamp?: number}} options
 */

/** @param {(url: string) => void} onOpen a notification that the page has shown itself was pressed */
export function createNotificationTray(onOpen) {
  /** Those that the page itself shows, by tag. @type {Map<string, Notification>} */
  const own = new Map();

  const registration = () => navigator.serviceWorker?.getRegistration().catch(() => undefined);

  return {
    get isAllowed() {
      return typeof Notification !== "undefined" && Notification.permission === "granted";
    },

    /** @param {Shown} shown @returns {Promise<boolean>} false if the browser refused */
    async show({ title, options }) {
      const worker = await registration();
      try {
        if (worker) {
          await worker.showNotification(title, options);
          return true;
        }
        const tag = options.tag ?? "";
        own.get(tag)?.close();
        const notification = new Notification(title, options);
        notification.addEventListener("click", () => {
          window.focus();
          notification.close();
          onOpen(options.data?.url ?? "");
        });
        // It closes after the next one has taken its place.
        notification.addEventListener("close", () => {
          if (own.get(tag) === notification) own.delete(tag);
        });
        own.set(tag, notification);
        return true;
      } catch {
        return false;
      }
    },

    /** Returns those that are shown with a tag, whoever has shown them. @param {string} tag */
    async shown(tag) {
      const worker = await registration();
      const mine = own.get(tag);
      return [...((await worker?.getNotifications({ tag })) ?? []), ...(mine ? [mine] : [])];
    },

    /** @param {string} tag */
    async close(tag) {
      for (const notification of await this.shown(tag)) notification.close();
    },
  };
}
