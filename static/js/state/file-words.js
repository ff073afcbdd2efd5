/** Says in words what files a message has, for where they cannot be shown. Pure. */

import { fill, gettext, ngettext } from "../lib/i18n.js";

/**
 * Returns "Photo", "3 photos", "Engine.pdf" or "4 files"; nothing for no files.
 * @param {readonly {name: string, type: string}[]} [files]
 */
export function filesInWords(files = []) {
  const n = files.length;
  if (n === 0) return "";
  if (files.every(({ type }) => type.startsWith("image/"))) {
    return n === 1 ? gettext("Photo") : fill(ngettext("%(n)s photo", "%(n)s photos", n), { n });
  }
  return n === 1 ? files[0].name : fill(ngettext("%(n)s file", "%(n)s files", n), { n });
}
