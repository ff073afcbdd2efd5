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
  let personal = 0;
  let last = title;

  function show() {
    const shown = page.hidden ? count : 0;
    const text = shown === 0 ? title : `${label(shown, personal)} ${title}`;
    if (text === last) return;
    last = text;
    page.title = text;
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
  };
}

/**
 * "(3)", or "(@1 · 3)" when one of them is for me.
 * @param {number} count
 * @param {number} personal
 */
function label(count, personal) {
  const all = count > 99 ? "99+" : String(count);
  return personal === 0 ? `(${all})` : `(@${personal} · ${all})`;
}
