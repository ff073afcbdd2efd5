/** Forms that are sent with a passkey: makes one, or signs with one, and sends the form. */

import { find, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { postForm, reasonOf } from "../lib/json-requests.js";
import { hasPasskeys, makePasskey, signWithPasskey } from "../lib/passkeys.js";

const root = document.querySelector("[data-passkey]");
if (root instanceof HTMLElement) prepare(root);

/** @param {HTMLElement} root the form, or the part of it that is for passkeys */
function prepare(root) {
  const makes = root.dataset.does === "make";
  const form = root.closest("form");
  const field = find(root, "[data-passkey-field]", HTMLInputElement);
  const button = find(root, "[data-passkey-button]", HTMLButtonElement);
  const problem = find(root, "[data-passkey-problem]", HTMLElement);
  if (!makes) root.hidden = !hasPasskeys();

  /** @param {string} reason "" for none */
  function fail(reason) {
    setText(problem, reason);
    problem.hidden = reason === "";
  }

  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!hasPasskeys())
      return fail(gettext("This browser has no passkeys here. Add an app instead."));
    fail("");
    button.disabled = true;
    try {
      const options = await postForm(root.dataset.passkey ?? "");
      field.value = await (makes ? makePasskey(options) : signWithPasskey(options));
      form?.submit();
    } catch (error) {
      fail(reasonOf(error));
    } finally {
      button.disabled = false;
    }
  });
}
