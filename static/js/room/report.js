/** Reports a message or a person to the site's staff, in a dialog. Loaded when it is first wanted. */

import { find, isolated, openModal, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { postForm, reasonOf } from "../lib/json-requests.js";
import { isolate } from "../lib/people.js";

/** @typedef {{seq?: string, person?: string, name: string, text?: string}} About */

/**
 * @param {HTMLElement} root the room
 * @param {(message: string) => void} onSent gets the server's thanks
 */
export function createReport(root, onSent) {
  const dialog = find(root, "dialog[data-report]", HTMLDialogElement);
  const form = find(dialog, "form", HTMLFormElement);
  const title = find(dialog, "h2", HTMLElement);
  const quote = find(dialog, "blockquote", HTMLElement);
  const problem = find(dialog, "[role=alert]", HTMLElement);
  const send = find(form, "button[type=submit]", HTMLButtonElement);

  /** @param {About} about */
  function open({ seq = "", person = "", name, text = "" }) {
    form.reset();
    find(form, "[name=seq]", HTMLInputElement).value = seq;
    find(form, "[name=person]", HTMLInputElement).value = person;
    const sentence = seq ? gettext("Report a message from %(name)s") : gettext("Report %(name)s");
    title.replaceChildren(...isolated(fill(sentence, { name: isolate(name) })));
    setText(quote, text);
    quote.hidden = text === "";
    fail("");
    openModal(dialog);
  }

  /** @param {string} reason */
  function fail(reason) {
    setText(problem, reason);
    problem.hidden = reason === "";
  }

  async function submit() {
    fail("");
    send.disabled = true;
    try {
      const { message } = await postForm(form.action, new FormData(form));
      dialog.close();
      onSent(message);
    } catch (error) {
      fail(reasonOf(error));
    } finally {
      send.disabled = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  find(form, "[data-cancel]", HTMLButtonElement).addEventListener("click", () => dialog.close());
  // A click on the backdrop is a click on the dialog itself.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return { open };
}
