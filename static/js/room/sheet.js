/**
 * Shows pages of the site in a dialog over the live room: the room's settings, the moderation of
 * somebody. They are the pages that people without scripts use; here their forms are sent and their
 * links followed without leaving the room. Loaded when it is needed.
 */

import { ask } from "../lib/ask.js";
import { element, icon } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { postForm, reasonOf, request } from "../lib/json-requests.js";
import { showLocalDates } from "../lib/local-dates.js";
import { drawAvatars } from "../lib/people.js";
import { roleOf } from "../lib/tones.js";
import { offerCopies } from "./copy-buttons.js";
import { viewerTimes } from "./page-data.js";
import { failureOf, markChanges, markForm, reconcile, unsaved } from "./sheet-parts.js";

/**
 * The sheet is refreshed this long after a change in the room, so that changes that come together
 * cost one request. Milliseconds.
 */
const REFRESH_AFTER = 300;

/** From this width on, a search stands beside the log. */
const BESIDE = "(width >= 960px)";

/**
 * @typedef {"page" | "brief" | "search"} Kind `brief`: the sheet closes after its first form.
 *   `search`: where there is room the sheet stands beside the log, which stays usable; it keeps its
 *   results until the next search
 *
 * @typedef {{url: string, status: number, html: string}} Page as the server answered
 *
 * @typedef {object} Options
 * @property {HTMLElement} root the room
 * @property {Kind} kind
 * @property {string} sprite
 * @property {(href: string) => string} here returns the present address of one of the room's pages
 * @property {((answer: {message?: string, undo?: number}) => void) | null} onDone of a brief
 *   sheet: gets the answer to its form. Null: the sheet shows the page that answers
 * @property {(seq: number) => void} onSeq a message was chosen
 * @property {(body: HTMLElement) => void} [onShow] a page is shown
 */

/** @param {Options} options */
export function createSheet({ root, kind, sprite, here, onDone, onSeq, onShow }) {
  const close = element(
    "button",
    { class: "icon-button sheet__close", type: "button", "aria-label": gettext("Close") },
    icon("x", sprite),
  );
  const status = element("p", { class: "notice sheet__said", role: "status", hidden: true });
  const body = element("div", { class: "sheet__body manage", tabindex: "-1" });
  const dialog = element("dialog", { class: "sheet" }, close, status, body);
  dialog.classList.add(`sheet--${kind}`);
  root.append(dialog);
  /** Parts of another page of this sheet, with unsaved fields. @type {Map<string, Element>} */
  const covered = new Map();
  /** Of the page that is shown, or is being loaded. */
  let address = "";
  /** The number of the latest request: the answer to any other comes too late. */
  let latest = 0;
  let isSending = false;
  let isModal = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text */
  function tell(text, isBad = false) {
    status.setAttribute("role", roleOf(isBad ? "failure" : "success"));
    status.hidden = text === "";
    status.classList.toggle("notice--error", isBad);
    const sign = icon(isBad ? "alert-circle" : "circle-check", sprite);
    status.replaceChildren(sign, element("span", {}, text));
  }

  /** Returns true if something typed here has not been sent. */
  function isUnsaved() {
    // The words of a search are no loss.
    if (kind === "search") return false;
    return [body, ...covered.values()].some(unsaved);
  }

  async function leave() {
    const question = {
      title: gettext("Discard your changes?"),
      text: gettext("They have not been saved."),
      yes: gettext("Discard"),
      no: gettext("Keep editing"),
    };
    if (isUnsaved() && !(await ask(root, question))) return;
    covered.clear();
    if (kind !== "search") body.replaceChildren();
    dialog.close();
  }

  /**
   * Shows the server's answer.
   * @param {Page} answer
   * @param {string} sent the part of the page whose form it answers
   */
  function show(answer, sent = "") {
    const page = new DOMParser().parseFromString(answer.html, "text/html");
    const main = page.querySelector("main[data-sheet]");
    if (main === null) {
      const failure = failureOf(answer, page.querySelector("main h1")?.textContent ?? "");
      if (failure !== "") return tell(failure, true);
      // No longer a moderator, signed out, or the room is closed: the room itself says so.
      return dialog.close();
    }
    const { pathname, search } = new URL(answer.url);
    address = pathname + search;
    reconcile(body, main, covered, sent);
    for (const form of body.querySelectorAll("form")) markForm(form);
    showLocalDates(body, viewerTimes());
    offerCopies(body);
    drawAvatars(body);
    onShow?.(body);
    dialog.setAttribute("aria-label", body.querySelector("h1")?.textContent ?? "");
    const notice = page.querySelector(".notices .notice");
    if (notice) tell(notice.textContent?.trim() ?? "", notice.getAttribute("role") === "alert");
    else if (sent !== "") tell("");
    if (!body.contains(document.activeElement)) {
      const first = body.querySelector("[autofocus]");
      (first instanceof HTMLElement ? first : body).focus({ preventScroll: true });
    }
    if (sent !== "" || answer.status >= 400) showProblem();
  }

  /** Selects the words of the last search, to be replaced by typing. */
  function focusField() {
    const field = body.querySelector("input[type=search]");
    if (!(field instanceof HTMLInputElement)) return;
    field.focus();
    field.select();
  }

  function showProblem() {
    const field = body.querySelector("[aria-invalid]");
    if (field instanceof HTMLElement) field.focus();
  }

  /**
   * @template Answer
   * @param {() => Promise<Answer>} send
   * @param {{isForm?: boolean}} [how]
   * @returns {Promise<Answer | null>} null when it failed, which is said, or when a later request
   *   was made meanwhile
   */
  async function latestOf(send, { isForm = false } = {}) {
    latest += 1;
    const mine = latest;
    isSending = isForm;
    if (isSending) body.setAttribute("aria-busy", "true");
    try {
      const answer = await send();
      return mine === latest ? answer : null;
    } catch (error) {
      if (mine === latest) tell(reasonOf(error), true);
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
    // From here on a refresh loads this page: an answer with the page before it would come last.
    address = href;
    const answer = await latestOf(() => pageOf(here(href)));
    // A day of the calendar leads to its first message.
    const seq = answer && new URL(answer.url).searchParams.get("at");
    if (seq) choose(Number(seq));
    else if (answer) show(answer);
  }

  /** @param {number} seq */
  function choose(seq) {
    if (isModal) dialog.close();
    onSeq(seq);
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    const fields = new URLSearchParams();
    const isSearch = form.method === "get";
    for (const [key, value] of new FormData(form, button)) fields.append(key, String(value));
    if (isSearch) return load(`${action}?${fields}`);
    const sent = form.closest("[data-part]")?.getAttribute("data-part") ?? "";
    if (onDone === null) {
      const how = { method: "POST", body: fields };
      const answer = await latestOf(() => pageOf(here(action), how), { isForm: true });
      if (answer) show(answer, sent);
      return;
    }
    const result = await latestOf(() => postForm(here(action), fields), { isForm: true });
    if (result === null) return;
    body.replaceChildren();
    dialog.close();
    onDone(result);
  }

  body.addEventListener("submit", submit);
  markChanges(body);
  body.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const href = link?.getAttribute("href") ?? "";
    const seq = Number(link?.getAttribute("data-seq"));
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (seq > 0) {
      event.preventDefault();
      return choose(seq);
    }
    // Filters and orders are relative to the page that the sheet shows, and not to the room's.
    const full = href.startsWith("?") ? address.split("?")[0] + href : href;
    if (/^\/history\/rooms\/r_\w+\/search\//.test(full)) {
      event.preventDefault();
      return load(full);
    }
    const isHere = /^\/rooms\/[^/]+\/(manage\/.*)?$/.test(href);
    if (!isHere && !link?.hasAttribute("data-back")) return;
    event.preventDefault();
    // A link to the room closes the sheet. So does, in a brief sheet, the link back to the
    // settings: the sheet was not opened from there.
    const isBack = !href.includes("/manage/") || (onDone !== null && !href.includes("/people/"));
    if (isBack) leave();
    else load(href);
  });
  close.addEventListener("click", leave);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && isModal) leave();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.target instanceof HTMLSelectElement) return;
    // A browser lets a page prevent `cancel` only once, and then closes the dialog anyway. So
    // Escape is handled here; what hangs from a button is shut first (lib/dropdowns.js).
    if (dialog.querySelector("[data-dropdown][open]")) return;
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
      const hasResults = kind === "search" && body.querySelector("[data-seq]") !== null;
      if (!dialog.open) {
        tell("");
        isModal = kind !== "search" || !matchMedia(BESIDE).matches;
        if (isModal) dialog.showModal();
        else dialog.show();
      }
      if (hasResults) return focusField();
      body.replaceChildren();
      covered.clear();
      await load(href);
    },

    /** Loads the page again because the room has changed. What was typed stays. */
    refresh() {
      // Search results change only with the next search.
      if (!address.includes("/manage/")) return;
      clearTimeout(timer);
      // The answer to a form that is being sent will be newer anyway.
      timer = setTimeout(() => dialog.open && !isSending && load(address), REFRESH_AFTER);
    },
  };
}

/**
 * Returns a page, all of it: the rest of an answer may come late, too.
 * @param {string} href
 * @param {RequestInit} [how] given for a form
 * @returns {Promise<Page>}
 */
async function pageOf(href, how) {
  const answer = await request(href, how);
  return { url: answer.url, status: answer.status, html: await answer.text() };
}
