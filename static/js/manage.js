/**
 * Running the room from within it: a small dialog for what can be done about somebody, and those who
 * wait outside. What is done is a form's post to the room's pages; what comes of it comes over the
 * socket, to everybody.
 */

import { element, find, setText } from "./dom.js";
import { fill, gettext, ngettext } from "./i18n.js";
import { avatar } from "./message-row.js";
import { outranks } from "./presence.js";

/**
 * @param {HTMLElement} root
 * @param {Chat.PageData} page
 * @param {(text: string) => void} say
 */
export function createOrders(root, page, say) {
  const dialog = find(root, "dialog[data-orders-dialog]", HTMLDialogElement);
  const form = find(dialog, "form", HTMLFormElement);
  const name = find(dialog, "[data-name]", HTMLElement);
  const problem = find(dialog, "[data-problem]", HTMLElement);
  const queue = find(root, "[data-waiting]", HTMLElement);
  const list = find(queue, "ul", HTMLElement);
  const count = find(queue, "h2", HTMLElement);
  const token = find(root, "[name=csrfmiddlewaretoken]", HTMLInputElement).value;
  /** @type {ReadonlyMap<string, Chat.Person>} */
  let members = new Map();
  /** @type {readonly Chat.Waiting[]} */
  let shown = [];
  let role = "member";
  let about = "";

  /**
   * Posts an order about somebody; the reason why not, or "".
   * @param {string} who
   * @param {string} verb
   * @param {URLSearchParams} fields
   */
  async function post(who, verb, fields) {
    try {
      const answer = await fetch(`${page.urls.manage}people/${who}/${verb}/`, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body: fields,
      });
      if (answer.ok) return "";
      return (await answer.json()).error.message;
    } catch {
      return gettext("That did not arrive. Please try again.");
    }
  }

  /** @param {string} id */
  function open(id) {
    const person = members.get(id);
    if (person === undefined) return;
    about = id;
    form.reset();
    setText(name, person.name);
    problem.hidden = true;
    const other = person.role ?? "member";
    for (const button of form.querySelectorAll("button[data-for]")) {
      if (!(button instanceof HTMLElement)) continue;
      const meant = button.dataset.for ?? "";
      button.hidden = role !== "owner" || (meant !== "any" && meant !== other);
    }
    dialog.showModal();
  }

  root.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-orders]") : null;
    if (button !== null) open(button.getAttribute("data-orders") ?? "");
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  form.addEventListener("submit", async (event) => {
    const verb = event.submitter?.getAttribute("value") ?? "";
    if (verb === "close") return;
    event.preventDefault();
    const fields = new URLSearchParams();
    for (const [key, value] of new FormData(form)) fields.append(key, String(value));
    const refusal = await post(about, verb, fields);
    problem.hidden = refusal === "";
    setText(problem, refusal);
    if (refusal === "") dialog.close();
  });

  list.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    const row = button?.closest("li");
    if (!button || !row) return;
    button.disabled = true;
    const verb = button.getAttribute("value") ?? "";
    const refusal = await post(row.dataset.id ?? "", verb, new URLSearchParams());
    button.disabled = false;
    if (refusal !== "") say(refusal);
  });

  return {
    /**
     * @param {ReadonlyMap<string, Chat.Person>} people
     * @param {string} mine my role
     * @param {readonly Chat.Waiting[]} waiting
     */
    render(people, mine, waiting) {
      members = people;
      role = mine;
      const person = people.get(about);
      // Gone, or no longer mine to judge, while the dialog was open.
      if (dialog.open && !(person && outranks(mine, person.role ?? "member"))) dialog.close();
      if (waiting === shown) return;
      const news = waiting.length > shown.length;
      shown = waiting;
      queue.hidden = waiting.length === 0;
      list.replaceChildren(...waiting.map(request));
      const n = waiting.length;
      setText(
        count,
        fill(ngettext("%(n)s person asks to come in", "%(n)s people ask to come in", n), { n }),
      );
      root.toggleAttribute("data-has-waiting", n > 0);
      const last = waiting.at(-1);
      if (news && last) say(fill(gettext("%(name)s asks to come in"), { name: last.name }));
    },
  };
}

/** @param {Chat.Waiting} person */
function request({ id, name }) {
  const button = { class: "button", type: "button" };
  return element(
    "li",
    { "data-id": id },
    avatar(name, id),
    element("bdi", {}, name),
    element(
      "span",
      { class: "people__answers" },
      element("button", { ...button, value: "admit" }, gettext("Let in")),
      element("button", { ...button, value: "refuse" }, gettext("Turn away")),
    ),
  );
}
