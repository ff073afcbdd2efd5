/**
 * Continues on another device: shows a code over the room, and asks about the device that has
 * opened it. The room's socket says when to look. Loaded when it is needed.
 */

import { element, icon, openModal, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { getJson, postForm, reasonOf } from "../lib/json-requests.js";
import { drawCode } from "./qr-code.js";
import { copy } from "./share.js";

/** Milliseconds between two looks while the code is shown: a `handoff` frame may be lost. */
const LOOK_EVERY = 5000;

const PAGE = "/account/handoff/";

/**
 * @typedef {object} Told what the server says of a code
 * @property {string} state
 * @property {number} [left] seconds
 * @property {number} [handoff] of the device that asks
 * @property {string} [browser]
 * @property {string} [address]
 * @property {string} [number] that the device shows
 * @property {string} [link]
 */

/**
 * @param {object} options
 * @param {HTMLElement} options.root
 * @param {string} options.roomId
 * @param {string} options.sprite
 * @param {(text: string) => void} options.say to screen readers
 * @param {Chat.NoticeBar["show"]} options.tell
 */
export function createHandoff({ root, roomId, sprite, say, tell }) {
  const body = element("div", { class: "qr__body" });
  const problem = element("p", { class: "alert", role: "alert", hidden: true });
  const close = element("button", { class: "button", type: "button" }, gettext("Close"));
  const label = gettext("Continue on another device");
  const dialog = element(
    "dialog",
    { class: "dialog qr", "aria-label": label },
    body,
    problem,
    close,
  );
  root.append(dialog);
  /** What is shown: "open", "asked", "over"; "" while the dialog is closed. */
  let shown = "";
  /** The device that is asked about. @type {number | undefined} */
  let asking;
  let isWorking = false;
  /** @type {Promise<Told> | null} */
  let looking = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    clearInterval(timer);
    shown = "";
    body.replaceChildren();
    fail("");
  });

  /**
   * Says in the dialog, or where it is closed over the log, what went wrong.
   * @param {string} reason "" for nothing
   */
  function fail(reason) {
    if (reason !== "" && !dialog.open) return void tell("failure", reason);
    setText(problem, reason);
    problem.hidden = reason === "";
  }

  /** @param {string} state @param {...HTMLElement} parts */
  function show(state, ...parts) {
    shown = state;
    fail("");
    body.replaceChildren(...parts);
    openModal(dialog);
  }

  /**
   * Runs what a press asks of the server, one thing at a time, and says why it has failed.
   * @param {() => Promise<void>} work
   */
  async function attempt(work) {
    if (isWorking) return;
    isWorking = true;
    try {
      await work();
    } catch (error) {
      fail(reasonOf(error));
    } finally {
      isWorking = false;
    }
  }

  /** @param {string} text */
  function heading(text) {
    return element("h2", {}, text);
  }

  async function showCode() {
    const { link } = await postForm(PAGE, { room: roomId });
    const picture = element("div", { class: "qr__picture" });
    await drawCode(picture, link, gettext("QR code to continue on another device"));
    const button = element(
      "button",
      { class: "button", type: "button" },
      icon("copy", sprite),
      element("span", { "data-label": true }, gettext("Copy link")),
    );
    button.addEventListener("click", () => copy(link, button, say));
    const text = gettext(
      "Scan this with the other device. It works once, for ten minutes, and lets nobody in before you say yes here.",
    );
    show("open", heading(label), element("p", {}, text), picture, button);
    clearInterval(timer);
    timer = setInterval(lookAgain, LOOK_EVERY);
  }

  /** @param {Told} asks */
  function ask({ handoff, browser = "", address = "", number = "" }) {
    const it = element("p", {}, element("strong", {}, browser));
    if (address !== "") it.append(" · ", element("bdi", {}, address));
    const proof = gettext(
      "It shows this number. If yours shows another one, or none, somebody else has opened your code: answer No.",
    );
    const code = element("p", { class: "code-hero", dir: "ltr" }, number);
    const answers = element("div", { class: "actions" });
    for (const [answer, text, name] of [
      ["yes", gettext("Yes, let it in"), "check"],
      ["no", gettext("No, turn it away"), "x"],
    ]) {
      const kind = answer === "yes" ? "button button--primary" : "button";
      const button = element("button", { class: kind, type: "button" }, icon(name, sprite), text);
      button.addEventListener("click", () =>
        attempt(async () => {
          const path = `${PAGE}answer/`;
          const { message } = await postForm(path, { handoff: String(handoff), answer });
          dialog.close();
          tell("success", message);
        }),
      );
      answers.append(button);
    }
    asking = handoff;
    const question = gettext("Is this your other device?");
    show("asked", heading(question), it, code, element("p", {}, proof), answers);
    say(`${question} ${browser}`);
  }

  function showEnd() {
    const again = element(
      "button",
      { class: "button button--primary", type: "button" },
      icon("qr-code", sprite),
      gettext("Show a new code"),
    );
    again.addEventListener("click", () => attempt(showCode));
    show("over", heading(label), element("p", {}, gettext("The last code has run out.")), again);
  }

  async function look() {
    // Two frames in a row are about one thing.
    looking ??= getJson(`${PAGE}state/`).finally(() => {
      looking = null;
    });
    const told = await looking;
    const isAnother = shown !== "asked" || told.handoff !== asking;
    if (told.state === "asked" && isAnother) ask(told);
    else if (shown === "open" && told.state !== "open") showEnd();
    else if (shown === "asked" && told.state !== "asked") dialog.close();
  }

  /** A look in vain is no failure of what the person does: the next one is soon. */
  function lookAgain() {
    look().catch(() => {});
  }

  return {
    /** Makes a code, and shows it. */
    open: () => attempt(showCode),

    /** Looks whether a device asks: the server says that something has happened. */
    look: () => look().catch((error) => fail(reasonOf(error))),
  };
}
