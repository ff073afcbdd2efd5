/**
 * Updates a page in a sheet to the server's present version of it. Parts that have not changed stay
 * the same elements, and so do parts in which somebody has typed. DOM, no network.
 */

import { gettext } from "../lib/i18n.js";

/** From this status on waiting helps: too fast, too busy, restarting. */
const TRY_AGAIN = 429;

/** The HTML of a part as the server sent it. @type {WeakMap<Element, string>} */
const sources = new WeakMap();

/**
 * Returns true if a field within an element has another value than the server gave it, or if the
 * server has refused what its form was sent with.
 * @param {Element} within
 */
export function unsaved(within) {
  if (within.querySelector("[data-unsaved]")) return true;
  return [...within.querySelectorAll("input, textarea, select")].some((field) => {
    if (field instanceof HTMLSelectElement) {
      const set = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(0, set);
    }
    if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
    if (!(field instanceof HTMLInputElement) || field.type === "hidden") return false;
    if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  });
}

/**
 * Marks each form within an element with `data-changed` while it has something that is not saved: what
 * saves it is in sight for as long (css/manage/save.css), and the button that does, `data-saves`, can be
 * pressed. A form's `data-changes` says so in words.
 * @param {EventTarget} within
 */
export function markChanges(within) {
  /** What was changed last: the button that discards it is gone then. @type {Element | null} */
  let changed = null;
  within.addEventListener("input", ({ target }) => {
    changed = target instanceof Element ? target : null;
    const form = changed?.closest("form");
    if (form) markForm(form);
  });
  within.addEventListener("reset", ({ target }) => {
    const form = target instanceof HTMLFormElement ? target : null;
    if (form === null) return;
    mark(form, false);
    if (form.contains(changed) && changed instanceof HTMLElement) changed.focus();
  });
  within.addEventListener("click", ({ target }) => {
    // It leads to the page as it was before what was refused, which nothing holds any more.
    const link = target instanceof Element ? target.closest("[data-discard]") : null;
    const form = link?.closest("form");
    form?.removeAttribute("data-unsaved");
    form?.reset();
  });
}

/** @param {HTMLFormElement} form */
export function markForm(form) {
  mark(form, unsaved(form) || form.hasAttribute("data-unsaved"));
}

/**
 * @param {HTMLFormElement} form
 * @param {boolean} isChanged
 */
function mark(form, isChanged) {
  form.toggleAttribute("data-changed", isChanged);
  for (const button of form.querySelectorAll("button[data-saves]"))
    button.toggleAttribute("disabled", !isChanged);
  const words = form.querySelector("[data-changes]");
  if (words) words.textContent = isChanged ? words.getAttribute("data-changes") : "";
}

/**
 * Returns what to say of an answer that is no page for a sheet; "" if the sheet has to close.
 * @param {{url: string, status: number}} answer
 * @param {string} heading of the page that answered
 */
export function failureOf({ url, status }, heading) {
  const isBusy = status >= TRY_AGAIN;
  if (isBusy && heading.trim() !== "") return `${heading.trim()}.`;
  if (!isBusy && !new URL(url).pathname.includes("/manage/")) return "";
  return gettext("Something went wrong. Please try again.");
}

/**
 * @param {Element} body
 * @param {Element} page what the server answered; its children are the parts, by `data-part`
 * @param {Map<string, Element>} covered parts with unsaved fields that this page does not have:
 *   they are kept here, and shown again with the next page that has them
 * @param {string} sent the part whose form was just sent: the server's version replaces it even if
 *   typed in
 */
export function reconcile(body, page, covered, sent) {
  const held = new Map([...body.children].map((child) => [nameOf(child), child]));
  for (const [name, child] of covered) held.set(name, child);
  const wanted = [...page.children].map((next) => {
    const name = nameOf(next);
    const old = held.get(name);
    const source = text(next);
    const stays = old && name && (sources.get(old) === source || (unsaved(old) && name !== sent));
    if (old && stays) {
      covered.delete(name);
      return old;
    }
    const node = document.importNode(next, true);
    sources.set(node, source);
    if (old) reopen(old, node);
    return node;
  });
  if (sent !== "") covered.delete(sent);
  for (const child of [...body.children]) {
    if (wanted.includes(child)) continue;
    const name = nameOf(child);
    if (name && name !== sent && unsaved(child)) covered.set(name, child);
    child.remove();
  }
  let place = body.firstElementChild;
  for (const node of wanted) {
    if (node === place) place = place.nextElementSibling;
    else body.insertBefore(node, place);
  }
}

/** @param {Element} part */
function nameOf(part) {
  return part.getAttribute("data-part") ?? "";
}

/** Returns the HTML without the form's token, which differs each time. @param {Element} part */
function text(part) {
  return part.outerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
}

/**
 * Opens in the new version what was open in the old one, and whatever has a problem in it.
 * @param {Element} old
 * @param {Element} node
 */
function reopen(old, node) {
  const before = new Map([...old.querySelectorAll("details")].map((it) => [keyOf(it), it.open]));
  for (const details of node.querySelectorAll("details")) {
    const wasOpen = before.get(keyOf(details));
    if (wasOpen === undefined) continue;
    details.open = wasOpen || details.querySelector("[aria-invalid]") !== null;
  }
}

/** @param {Element} details */
function keyOf(details) {
  return details.id || (details.querySelector("form[action]")?.getAttribute("action") ?? "");
}
