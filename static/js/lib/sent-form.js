/**
 * Keeps what a form was sent with in the tab, until its answer is there: the page that says that the
 * site is too busy sends it again. Nothing secret is kept.
 */

const KEY = "sent-form";
const SECRET = new Set(["passcode", "password"]);

/**
 * @typedef {object} SentForm
 * @property {string} action
 * @property {[string, string][]} fields
 */

/**
 * @param {string} action
 * @param {Iterable<[string, FormDataEntryValue]>} fields
 * @param {Storage} [storage]
 */
export function keep(action, fields, storage = sessionStorage) {
  const texts = [...fields].filter(([, value]) => typeof value === "string");
  // Without its secret the form would be refused: whoever typed it sends it again.
  if (texts.some(([name, value]) => SECRET.has(name) && value)) return forget(storage);
  storage.setItem(KEY, JSON.stringify({ action, fields: texts }));
}

/** @param {Storage} [storage] */
export function forget(storage = sessionStorage) {
  storage.removeItem(KEY);
}

/**
 * Returns what was sent to this address last, and forgets it; null if nothing was.
 * @param {string} action
 * @param {Storage} [storage]
 * @returns {SentForm | null}
 */
export function take(action, storage = sessionStorage) {
  const text = storage.getItem(KEY);
  forget(storage);
  if (text === null) return null;
  const sent = JSON.parse(text);
  return sent.action === action ? sent : null;
}
