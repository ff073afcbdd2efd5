// The theme switch: auto (the device's preference), light, dark. The choice is stored per browser,
// and other tabs follow it.

const ORDER = ["auto", "light", "dark"];
const root = document.documentElement;
const switches = document.querySelectorAll("[data-theme-switch]");

/** @param {string | null | undefined} theme */
function show(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const button of switches) {
    const label = /** @type {HTMLElement} */ (button).dataset[root.dataset.theme ?? "auto"] ?? "";
    button.setAttribute("aria-label", label);
    button.setAttribute("title", label);
  }
}

function next() {
  const theme = ORDER[(ORDER.indexOf(root.dataset.theme ?? "auto") + 1) % ORDER.length];
  show(theme);
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It cannot be stored: it applies to this page only.
  }
}

show(root.dataset.theme);
for (const button of switches) {
  button.removeAttribute("hidden");
  button.addEventListener("click", next);
}
addEventListener("storage", (event) => {
  if (event.key === "theme") show(event.newValue);
});
