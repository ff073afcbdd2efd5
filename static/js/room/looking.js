/** Whether anybody looks at this room: in this tab, or in another one of this browser. */

/**
 * @param {string} name of the person's room
 * @param {LockManager | undefined} [locks] missing on pages over plain HTTP, where a tab knows of itself only
 */
export function createLooking(name, locks = navigator.locks) {
  const lock = `${name} looking`;
  /** @type {(() => void) | null} */
  let lookAway = null;

  /** Holds a lock for as long as this page is on the screen: other tabs can see who holds it. */
  function follow() {
    lookAway?.();
    lookAway = null;
    if (document.hidden || !locks) return;
    const looked = new Promise((resolve) => {
      lookAway = () => resolve(undefined);
    });
    locks.request(lock, { mode: "shared" }, () => looked).catch(() => {});
  }

  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => lookAway?.());
  addEventListener("pageshow", follow);
  follow();

  return {
    /** True while this tab is on the screen. */
    get isHere() {
      return !document.hidden;
    },

    /** Returns true if this tab or another one is on the screen. */
    async isAnywhere() {
      if (!document.hidden) return true;
      const held = (await locks?.query().catch(() => undefined))?.held;
      return held?.some(({ name }) => name === lock) ?? false;
    },
  };
}
