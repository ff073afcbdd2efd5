/**
 * Turns web push on and off in this browser. Both take a while, and somebody may press again
 * meanwhile: what was pressed last is how it stands in the end, here and on the server.
 */

import { createTurns } from "../lib/in-turn.js";

/**
 * @param {Pick<ReturnType<typeof import("../net/push-subscription.js").createPushSubscription>,
 *   "subscribe" | "unsubscribe">} push
 * @param {Pick<ReturnType<typeof import("../state/bell-storage.js").createBellStorage>,
 *   "settings" | "change">} storage
 */
export function createPushSwitch(push, storage) {
  const inTurn = createTurns();

  return {
    /**
     * Subscribes this browser.
     * @returns {Promise<string | null>} why it is not subscribed, "" if it is; null if it was
     *   turned off meanwhile
     */
    on: () =>
      inTurn(async () => {
        if (!storage.settings.on) return null;
        const { endpoint, problem } = await push.subscribe();
        storage.change({ endpoint, seenAt: Date.now() });
        return storage.settings.on ? problem : null;
      }),

    /** Ends the subscription. */
    off() {
      storage.change({ on: false, endpoint: "" });
      return inTurn(async () => {
        if (storage.settings.on) return;
        await push.unsubscribe();
        // Where it was still being made when it was turned off.
        storage.change({ endpoint: "" });
      });
    },
  };
}
