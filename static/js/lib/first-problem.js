/** Puts the focus into the first field of the page in which the server has found a problem. */

const field = document.querySelector("[aria-invalid='true'], [data-problem]");
if (field instanceof HTMLElement) field.focus();
