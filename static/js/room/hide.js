/**
 * Hides a person for me, or shows them again. Every page of mine is told over its socket, and nobody
 * else. Loaded when it is first wanted.
 */

import { gettext } from "../lib/i18n.js";
import { postForm, reasonOf } from "../lib/json-requests.js";

const URL_HIDDEN = "/account/hidden/";

/** @param {Chat.NoticeBar["show"]} tell */
export function createHiding(tell) {
  /**
   * @param {string} person id
   * @param {boolean} hidden
   */
  return async function change(person, hidden) {
    try {
      const { message } = await postForm(URL_HIDDEN, { person, hidden: hidden ? "yes" : "no" });
      const undo = { label: gettext("Undo"), run: () => void change(person, !hidden) };
      tell("success", message, undo);
    } catch (error) {
      tell("failure", reasonOf(error));
    }
  };
}
