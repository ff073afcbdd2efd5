// A classic script that blocks rendering, on purpose: it takes effect before the first paint.

// Applies the chosen theme, so that no other one flashes. lib/theme-switch.js lists the themes.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // The browser denies storage to this page: the device's preference applies.
}

// Tells the server the zone, on whichever page comes first. Only the server can tell which day a
// date in a search is, and which days a calendar has. A page that was made without the zone is
// loaded again.
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const told = () => document.cookie.split("; ").includes(`zone=${zone}`);
  const knew = told();
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser yet
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  if (!knew && told() && "zoned" in document.documentElement.dataset) location.reload();
}
