/**
 * The form by which people open a room or come into one. What it is sent with is kept for
 * js/pages/busy.js, and a link or a code with spaces becomes the code.
 */

import { find } from "../lib/dom.js";
import { forget, keep } from "../lib/sent-form.js";
import { typedCode } from "../lib/typed-code.js";

const form = find(document, "form.ticket", HTMLFormElement);
const code = find(form, "[name=code]", HTMLInputElement);
const cells = find(form, ".code-cells", HTMLElement);
const length = cells.querySelectorAll(".code-cells__row > *").length;

forget(); // the site has answered
form.addEventListener("submit", ({ submitter }) => {
  keep(form.action, new FormData(form, submitter));
});

code.addEventListener("input", (event) => {
  if (event instanceof InputEvent && event.isComposing) return;
  const tidied = typedCode(code.value);
  if (tidied !== code.value) code.value = tidied;
  cells.toggleAttribute("data-long", tidied.length > length);
});
