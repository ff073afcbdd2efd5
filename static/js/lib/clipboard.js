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
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}
