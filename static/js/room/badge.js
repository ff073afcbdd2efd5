/** What a tab in the background shows: the number in its title, the dot on its icon. */

/**
 * @param {Document} page
 * @param {string} iconWithDot address
 */
export function createBadge(page, iconWithDot) {
  const link = page.querySelector('link[rel="icon"]');
  const plain = link?.getAttribute("href") ?? "";
  let count = 0;
  let personal = 0;
  let waiting = 0;
  /** What stands before the page's own title, which changes with the room's. */
  let prefix = "";

  function show() {
    const shown = page.hidden ? count + waiting : 0;
    const next = shown === 0 ? "" : `${label(count, personal, waiting)} `;
    if (next === prefix) return;
    page.title = next + page.title.slice(prefix.length);
    prefix = next;
    link?.setAttribute("href", shown === 0 ? plain : iconWithDot);
    // Of an installed page; the promise fails where it is not installed.
    navigator.setAppBadge?.(shown).catch(() => {});
  }

  page.addEventListener("visibilitychange", show);
  return {
    /**
     * @param {number} unread
     * @param {number} mentions those of them that speak to me
     */
    set(unread, mentions) {
      count = unread;
      personal = mentions;
      show();
    },

    /** @param {number} people who ask to come in */
    knocks(people) {
      waiting = people;
      show();
    },
  };
}

/**
 * "(3)", or "(@1 · 3)" when one of them is for me; "(✋2 · 3)" while two people ask to come in.
 * @param {number} count
 * @param {number} personal
 * @param {number} waiting
 */
function label(count, personal, waiting) {
  const parts = [];
  if (waiting > 0) parts.push(`✋${waiting}`);
  if (personal > 0) parts.push(`@${personal}`);
  if (count > 0) parts.push(count > 99 ? "99+" : String(count));
  return `(${parts.join(" · ")})`;
}
