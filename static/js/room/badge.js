/**
 * What a tab in the background shows: a number in its title and a dot on its icon. Of other rooms
 * it counts what mentions me; the rest of their talk is a number in the panel.
 */

/**
 * @param {Document} page
 * @param {string} iconWithDot address
 */
export function createBadge(page, iconWithDot) {
  const link = page.querySelector('link[rel="icon"]');
  const plain = link?.getAttribute("href") ?? "";
  let unread = 0;
  let toMe = 0;
  let waiting = 0;
  let elsewhere = 0;
  /** The part before the page's own title, which changes with the room's. */
  let prefix = "";

  function show() {
    const shown = page.hidden ? unread + waiting + elsewhere : 0;
    const next = shown === 0 ? "" : `${label(unread, toMe + elsewhere, waiting)} `;
    if (next === prefix) return;
    page.title = next + page.title.slice(prefix.length);
    prefix = next;
    link?.setAttribute("href", shown === 0 ? plain : iconWithDot);
    showOnApp(shown);
  }

  page.addEventListener("visibilitychange", show);
  // An earlier page may have been closed while it showed a number.
  showOnApp(0);
  return {
    /**
     * @param {number} unreadCount
     * @param {number} toMeCount of the unread messages, those that speak to me
     */
    set(unreadCount, toMeCount) {
      unread = unreadCount;
      toMe = toMeCount;
      show();
    },

    /** @param {number} count messages that mention me in my other rooms */
    setElsewhere(count) {
      elsewhere = count;
      show();
    },

    /** @param {number} count people who ask to join */
    setWaiting(count) {
      waiting = count;
      show();
    },
  };
}

/**
 * Sets the badge of an installed page; elsewhere the promise is rejected.
 * @param {number} count
 */
function showOnApp(count) {
  navigator.setAppBadge?.(count).catch(() => {});
}

/**
 * Returns "(3)"; "(@1 · 3)" when one of the three speaks to me, or a message of another room does;
 * "(✋2 · 3)" while two people ask to join.
 * @param {number} unread
 * @param {number} toMe here and elsewhere
 * @param {number} waiting
 */
function label(unread, toMe, waiting) {
  const parts = [];
  if (waiting > 0) parts.push(`✋${waiting}`);
  if (toMe > 0) parts.push(`@${toMe}`);
  if (unread > 0) parts.push(unread > 99 ? "99+" : String(unread));
  return `(${parts.join(" · ")})`;
}

/**
 * Returns how many unread messages mention me in rooms of which I want to be notified.
 * @param {readonly Chat.OtherRoom[]} rooms
 */
export function mentionsElsewhere(rooms) {
  return rooms.reduce((sum, { mentions, silent }) => sum + (silent ? 0 : mentions), 0);
}
