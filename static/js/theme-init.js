// A classic script that blocks rendering, on purpose: set before the first paint, the chosen theme
// never flashes. Which themes there are: theme.js.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to this page: the device's preference holds.
}
