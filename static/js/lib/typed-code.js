/** What somebody types or pastes for a room's code, as its cells can show it. */

const LINK = /\/rooms\/+([0-9a-z]{1,12})(?![0-9a-z])/i;

/**
 * Returns the code of a link, and anything else without spaces and dashes. The server knows more ways
 * to write a code (rooms/codes.py): what is no code here is left for it.
 * @param {string} text
 */
export function typedCode(text) {
  return LINK.exec(text)?.[1] ?? text.replace(/[\s-]/g, "");
}
