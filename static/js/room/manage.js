/**
 * Manages the room from within it: answers those who ask to join (waiting-list.js), and opens the
 * pages that lie over the live room (sheet.js): settings, the moderation of somebody, another name,
 * a search. The result of a moderation arrives over the socket, for everybody.
 */

import { find, loadStyle } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { postForm, reasonOf } from "../lib/json-requests.js";
import { createWaitingList } from "./waiting-list.js";

/** @typedef {ReturnType<typeof import("./sheet.js").createSheet>} Sheet */

/**
 * @param {HTMLElement} root
 * @param {Chat.PageData} page
 * @param {object} hooks
 * @param {(text: string) => void} hooks.say
 * @param {Chat.NoticeBar["show"]} hooks.tell
 * @param {(count: number) => void} hooks.onWaiting
 * @param {(seq: number) => void} hooks.onSeq a message was found by a search and chosen
 */
export function createRoomManagement(root, page, { say, tell, onWaiting, onSeq }) {
  /** What the sheets were last refreshed for. @type {readonly unknown[]} */
  let known = [];
  /** @type {Map<import("./sheet.js").Kind, Sheet>} */
  const sheets = new Map();

  /**
   * Sends one of the management's forms that has no fields.
   * @param {string} path below the room's `manage/`
   */
  async function post(path) {
    try {
      await postForm(page.urls.manage + path);
    } catch (error) {
      tell("failure", reasonOf(error));
    }
  }

  /**
   * @param {string} href of a page that a sheet shows
   * @param {import("./sheet.js").Kind} kind
   */
  async function open(href, kind) {
    try {
      const [{ createSheet }, hits] = await Promise.all([
        import("./sheet.js"),
        kind === "search" ? import("./search-hits.js") : null,
        loadStyle(root.dataset.urlSheetStyle ?? ""),
        loadStyle(root.dataset.urlManageStyle ?? ""),
        kind === "search" ? loadStyle(root.dataset.urlSearchStyle ?? "") : null,
      ]);
      let sheet = sheets.get(kind);
      if (sheet === undefined) {
        sheet = createSheet({
          root,
          kind,
          sprite: page.urls.sprite,
          // The room's code may have changed since a link was made.
          here: (href) => href.replace(/^\/rooms\/[^/]+\/manage\//, () => page.urls.manage),
          onDone: kind === "brief" ? done : null,
          onSeq,
          onShow: hits?.drawHits,
        });
        sheets.set(kind, sheet);
        hits?.followHits(sheet.dialog, find(root, "[data-rows]", HTMLElement));
      }
      await sheet.open(href);
    } catch {
      // The script could not be loaded: the page works without it.
      location.assign(href);
    }
  }

  /** @param {{message?: string, undo?: number}} answer */
  function done({ message, undo }) {
    if (message === undefined || undo === undefined) return;
    tell("success", message, { label: gettext("Undo"), run: () => post(`undo/${undo}/`) });
  }

  /** Tells the room of a call, which this click opens whatever is answered. */
  function call() {
    postForm(`${page.urls.room}call/`, {}, { keepalive: true }).catch(() => {});
  }

  root.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-call]")) return call();
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target instanceof Element ? event.target : null;
    const person = target?.closest("[data-moderate]")?.getAttribute("data-moderate");
    if (person) open(`${page.urls.manage}people/${person}/`, "brief");
    else if (target?.closest("[data-search]")) open(`${page.urls.transcript}search/`, "search");
    else if (target?.closest("[data-reopen]")) post("end/undo/");
    else if (target?.closest("[data-rename]")) open("/account/name/", "brief");
    else if (target?.closest("[data-settings], [data-waiting] a")) open(page.urls.manage, "page");
    else return;
    event.preventDefault();
  });

  const waitingList = createWaitingList(root, {
    answer: (id, verb) => post(`people/${id}/${verb}/`),
    say,
    onWaiting,
  });

  return {
    /** @param {Chat.State} state */
    render({ members, waiting, room }) {
      const facts = [members, waiting, room];
      if (facts.some((fact, index) => fact !== known[index])) {
        for (const sheet of sheets.values()) sheet.refresh();
      }
      known = facts;
      waitingList.render(waiting);
    },
  };
}
