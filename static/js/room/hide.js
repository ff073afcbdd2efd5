/**
 * Hides a person for me, or shows them again. Every page of mine is told over its socket, and nobody
 * else. Loaded when it is first wanted.
 */

import { gettext } from "../lib/i18n.js";

const URL_HIDDEN = "/account/hidden/";

/**
 * @param {string} token of the page's forms
 * @param {Chat.NoticeBar["show"]} tell
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
      if (!answer.ok) return void tell("failure", said.error.message);
      const undo = { label: gettext("Undo"), run: () => void change(person, !hidden) };
      tell("success", said.message, undo);
    } catch {
      tell("failure", gettext("The server did not answer. Please try again."));
    }
  };
}
