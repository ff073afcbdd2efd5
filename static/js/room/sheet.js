/**
 * Pages of the site in a dialog over the live room: the room's settings, what can be done about
 * somebody. The pages are those that people without a script use; here their forms are sent and their
 * links followed without leaving the room. Loaded when it is needed.
 */

import { ask } from "../lib/ask.js";
import { element, icon, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { showMoments } from "../lib/local-dates.js";
import { viewerTimes } from "./page-data.js";
import { reconcile, unsaved } from "./sheet-parts.js";

/** A change in the room is looked at after this time, with what comes with it. Milliseconds. */
const SETTLE = 300;

/**
 * @typedef {object} Options
 * @property {HTMLElement} root the room
 * @property {string} sprite
 * @property {(href: string) => string} here the present address of one of the room's pages
 * @property {((answer: {message?: string, undo?: number}) => void) | null} onDone closes the sheet after an order
 *   and is told of it; null: the sheet goes on with the page that answers
 * @property {(seq: number) => void} onSeq closes the sheet: a message is chosen
 */

/** @param {Options} options */
export function createSheet({ root, sprite, here, onDone, onSeq }) {
  const close = element(
    "button",
    { class: "icon-button sheet__close", type: "button", "aria-label": gettext("Close") },
    icon("x", sprite),
  );
  const said = element("p", { class: "sheet__said", role: "status", hidden: true });
  const body = element("div", { class: "sheet__body manage", tabindex: "-1" });
  const dialog = element("dialog", { class: "sheet" }, close, said, body);
  dialog.classList.toggle("sheet--brief", onDone !== null);
  root.append(dialog);
  /** What was typed into a page that another one covers. @type {Map<string, Element>} */
  const covered = new Map();
  let address = "";
  /** Answers to anything but the latest request come too late. */
  let latest = 0;
  let isSending = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text */
  function tell(text, isBad = false) {
    said.hidden = text === "";
    said.classList.toggle("sheet__said--bad", isBad);
    setText(said, text);
  }

  /** Whether anything typed here has not been sent. */
  function isUnsaved() {
    // What is looked for is nothing to be lost.
    if (body.querySelector("[role=search]")) return false;
    return [body, ...covered.values()].some(unsaved);
  }

  async function leave() {
    const question = {
      title: gettext("Discard what you changed?"),
      text: gettext("Your changes have not been saved."),
      yes: gettext("Discard"),
      no: gettext("Keep editing"),
    };
    if (isUnsaved() && !(await ask(root, question))) return;
    covered.clear();
    body.replaceChildren();
    dialog.close();
  }

  /**
   * Shows what the server answered.
   * @param {Response} answer
   * @param {string} sent the part of the page whose form it answers
   */
  async function show(answer, sent = "") {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main[data-sheet]");
    if (main === null) {
      if (answer.url.includes("/manage/")) {
        return tell(gettext("That did not work. Please try again."), true);
      }
      // Not in charge any more, signed out, or the room is over: the room itself says so.
      return dialog.close();
    }
    const { pathname, search } = new URL(answer.url);
    address = pathname + search;
    reconcile(body, main, covered, sent);
    showMoments(body, viewerTimes());
    dialog.setAttribute("aria-label", body.querySelector("h1")?.textContent ?? "");
    const notice = page.querySelector(".notices .alert, .notices .notice");
    if (notice) tell(notice.textContent?.trim() ?? "", notice.classList.contains("alert"));
    else if (sent !== "") tell("");
    if (!body.contains(document.activeElement)) {
      const first = body.querySelector("[autofocus]");
      (first instanceof HTMLElement ? first : body).focus({ preventScroll: true });
    }
    if (sent !== "" || answer.status >= 400) showProblem();
  }

  function showProblem() {
    const field = body.querySelector("[aria-invalid]");
    if (field instanceof HTMLElement) field.focus();
  }

  /**
   * @param {string} href
   * @param {RequestInit} [how] of a form
   * @returns {Promise<Response | null>} null when it did not arrive or came too late
   */
  async function request(href, how) {
    latest += 1;
    const mine = latest;
    isSending = how !== undefined;
    if (isSending) body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(here(href), how);
      return mine === latest ? answer : null;
    } catch {
      if (mine === latest) tell(gettext("That did not arrive. Please try again."), true);
      return null;
    } finally {
      if (mine === latest) {
        isSending = false;
        body.removeAttribute("aria-busy");
      }
    }
  }

  /** @param {string} href */
  async function load(href) {
    const answer = await request(href);
    // A day leads to its first message.
    const seq = answer && new URL(answer.url).searchParams.get("at");
    if (seq) choose(Number(seq));
    else if (answer) await show(answer);
  }

  /** @param {number} seq */
  function choose(seq) {
    dialog.close();
    onSeq(seq);
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    const fields = new URLSearchParams();
    const isQuestion = form.method === "get";
    for (const [key, value] of new FormData(form, button)) fields.append(key, String(value));
    if (isQuestion) return load(`${action}?${fields}`);
    const sent = form.closest("[data-part]")?.getAttribute("data-part") ?? "";
    const headers = onDone ? { Accept: "application/json" } : undefined;
    const answer = await request(action, { method: "POST", body: fields, headers });
    if (answer === null) return;
    if (onDone === null) return show(answer, sent);
    const result = await answer.json();
    if (!answer.ok) return tell(result.error.message, true);
    body.replaceChildren();
    dialog.close();
    onDone(result);
  }

  body.addEventListener("submit", submit);
  body.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const href = link?.getAttribute("href") ?? "";
    const seq = Number(link?.getAttribute("data-seq"));
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (seq > 0) {
      event.preventDefault();
      return choose(seq);
    }
    if (/^\/history\/rooms\/r_\w+\/search\//.test(href)) {
      event.preventDefault();
      return load(href);
    }
    const isHere = /^\/rooms\/[^/]+\/(manage\/.*)?$/.test(href);
    if (!isHere && !link?.hasAttribute("data-back")) return;
    event.preventDefault();
    // To the room, or, from a page opened by itself, back to nothing but the room.
    const isBack = !href.includes("/manage/") || (onDone !== null && !href.includes("/people/"));
    if (isBack) leave();
    else load(href);
  });
  close.addEventListener("click", leave);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) leave();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.target instanceof HTMLSelectElement) return;
    // Before the browser closes it: it lets a page object to that only once.
    event.preventDefault();
    leave();
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
  addEventListener("beforeunload", (event) => {
    if (dialog.open && isUnsaved()) event.preventDefault();
  });

  return {
    dialog,

    /** @param {string} href */
    async open(href) {
      tell("");
      body.replaceChildren();
      covered.clear();
      dialog.showModal();
      await load(href);
    },

    /** The room has changed: what is shown of it is asked for again, and what was typed stays. */
    refresh() {
      // What was found is asked for by whoever looks for it.
      if (!address.includes("/manage/")) return;
      clearTimeout(timer);
      // What answers a form is as new as it gets.
      timer = setTimeout(() => dialog.open && !isSending && load(address), SETTLE);
    },
  };
}
