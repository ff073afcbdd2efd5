/**
 * Hides a person for me, or shows them again. Every page of mine is told over its socket, and nobody
 * else. Loaded when it is first wanted.
 */

import { gettext } from "../lib/i18n.js";

const URL_HIDDEN = "/account/hidden/";

/**
 * @param {string} token of the page's forms
 * @param {(text: string, action?: {label: string, run: () => void}) => void} tell
 */
export function createHiding(token, tell) {
  /**
   * @param {string} person id
   * @param {boolean} hidden
   */
  return async function change(person, hidden) {
    try {
      const answer = await fetch(URL_HIDDEN, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body: new URLSearchParams({ person, hidden: hidden ? "yes" : "no" }),
      });
      const said = await answer.json();
      if (!answer.ok) tell(said.error.message);
      else tell(said.message, { label: gettext("Undo"), run: () => void change(person, !hidden) });
    } catch {
      tell(gettext("The server did not answer. Please try again."));
    }
  };
}
