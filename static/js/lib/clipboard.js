/** Copies to the clipboard, also on pages without the clipboard API. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} true if it was copied
 */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return selectAndCopy(text);
  }
}

/**
 * Copies through a selected field: pages over plain HTTP have no clipboard API.
 * @param {string} text
 */
function selectAndCopy(text) {
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  const focused = document.activeElement;
  // Outside of a dialog that is open nothing can be selected.
  ([...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body).append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return copied;
}
