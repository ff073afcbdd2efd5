/**
 * Returns the text of a message without its formatting, for where there can be none; of a message
 * without text, which files it has.
 */

import { filesInWords } from "../state/file-words.js";

/** @param {Chat.Message} message */
export function plainText({ body, html, files }) {
  if (html === undefined) return body || filesInWords(files);
  // Blocks and lines end words, which their text alone does not say.
  const spaced = html.replace(/<br>|<\/(?:p|li|pre|blockquote)>/g, "$& ");
  return new DOMParser().parseFromString(spaced, "text/html").body.textContent ?? body;
}
