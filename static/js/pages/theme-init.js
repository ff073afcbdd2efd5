// A classic script that blocks rendering, on purpose: what it settles is so before the first paint.

// The chosen theme, so that no other one flashes. Which themes there are: theme.js.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to this page: the device's preference holds.
}

// The server is told the zone, on whichever page comes first, for what only it can do: which day a date
// in a search is, and which days a calendar has. A page that was written without it is asked for again.
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const told = () => document.cookie.split("; ").includes(`zone=${zone}`);
  const knew = told();
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser yet
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  if (!knew && told() && "zoned" in document.documentElement.dataset) location.reload();
}
