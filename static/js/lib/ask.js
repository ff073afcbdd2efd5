/** Asks for a confirmation before something is lost. Loaded when it is needed. */

import { element } from "./dom.js";

/**
 * @param {HTMLElement} root
 * @param {{title: string, text: string, yes: string, no: string}} question
 * @returns {Promise<boolean>} true if confirmed; Escape means no
 */
export function ask(root, { title, text, yes, no }) {
  const button = { class: "button", type: "submit" };
  const refuse = element("button", { ...button, value: "", autofocus: true }, no);
  const dialog = element(
    "dialog",
    { class: "dialog ask", "aria-label": title },
    element(
      "form",
      { method: "dialog" },
      element("h2", {}, title),
      element("p", {}, text),
      element(
        "div",
        { class: "ask__answers" },
        refuse,
        element("button", { ...button, class: "button button--danger", value: "yes" }, yes),
      ),
    ),
  );
  root.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
