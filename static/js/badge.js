/** What a tab in the background shows: the number in its title, the dot on its icon. */

/**
 * @param {Document} page
 * @param {string} iconWithDot address
 */
export function createBadge(page, iconWithDot) {
  const link = page.querySelector('link[rel="icon"]');
  const plain = link?.getAttribute("href") ?? "";
  const title = page.title;
  let count = 0;
  let last = 0;

  function show() {
    const shown = page.hidden ? count : 0;
    if (shown === last) return;
    last = shown;
    const label = shown > 99 ? "99+" : String(shown);
    page.title = shown === 0 ? title : `(${label}) ${title}`;
    link?.setAttribute("href", shown === 0 ? plain : iconWithDot);
    // Of an installed page; the promise fails where it is not installed.
    navigator.setAppBadge?.(shown).catch(() => {});
  }

  page.addEventListener("visibilitychange", show);
  return {
    /** @param {number} unread */
    set(unread) {
      count = unread;
      show();
    },
  };
}
