/**
 * gettext for the scripts' own texts. Django's JavaScript catalogue defines `globalThis.django`
 * when the site has a translation; without one the English texts are used. `makemessages -d
 * djangojs` finds the calls.
 */

/**
 * @type {{gettext?: (text: string) => string, ngettext?: (one: string, many: string, n: number) =>
 *   string} | undefined}
 */
const catalogue = Reflect.get(globalThis, "django");

/** @param {string} text */
export function gettext(text) {
  return catalogue?.gettext?.(text) ?? text;
}

/** @param {string} one @param {string} many @param {number} n */
export function ngettext(one, many, n) {
  return catalogue?.ngettext?.(one, many, n) ?? (n === 1 ? one : many);
}

/**
 * Fills in the `%(name)s` of a translated text.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) =>
    name in values ? String(values[name]) : whole,
  );
}
