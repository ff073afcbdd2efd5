/** Shuts what a button opened (css/dropdown.css) once somebody has turned to something else. */

/** @param {Document} root */
export function shutDropdowns(root) {
  const open = () => [...root.querySelectorAll("details[data-dropdown][open]")];
  root.addEventListener("pointerdown", ({ target }) => {
    for (const details of open()) {
      if (target instanceof Node && !details.contains(target)) details.removeAttribute("open");
    }
  });
  root.addEventListener("focusin", ({ target }) => {
    for (const details of open()) {
      if (target instanceof Node && !details.contains(target)) details.removeAttribute("open");
    }
  });
  root.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const details of open()) {
      const summary = details.querySelector("summary");
      if (details.contains(root.activeElement)) summary?.focus();
      details.removeAttribute("open");
    }
  });
}
