/** The clipboard, also where a page has none of its own. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is there now
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
 * Pages that came over plain HTTP have no clipboard of their own.
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
