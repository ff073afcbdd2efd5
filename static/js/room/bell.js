/**
 * What the bell opens: what a room notifies of, whether this browser notifies at all, a sound, and a
 * test that says what does not work. Loaded when it is first wanted.
 */

import { chime, unlock } from "../lib/chime.js";
import { element, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { createTurns } from "../lib/in-turn.js";
import { getJson, postForm, reasonOf } from "../lib/json-requests.js";
import { positionPopover } from "../lib/popover-position.js";
import { createPushSubscription } from "../net/push-subscription.js";
import { createBellStorage } from "../state/bell-storage.js";
import { adviceFor, permission } from "./bell-advice.js";
import { tryOut } from "./bell-test.js";
import { createPushSwitch } from "./push-switch.js";

/**
 * @typedef {ReturnType<typeof createBellPanel>} BellPanel
 *
 * @typedef {object} Options
 * @property {HTMLElement} root
 * @property {Chat.PageData} page
 * @property {HTMLButtonElement} button
 * @property {() => void} onTurned the room's bell was turned
 * @property {() => void} onSettings of this browser: they were changed
 */

/** @returns {[string, string, string][]} the positions: value, label, explanation */
function positions() {
  return [
    ["everything", gettext("Everything"), gettext("Every message in this room")],
    ["to_me", gettext("Mentions and replies"), gettext("Only what mentions or answers me")],
    ["nothing", gettext("Nothing"), gettext("This room stays quiet")],
  ];
}

/** @param {Options} options */
export function createBellPanel({ root, page, button, onTurned, onSettings }) {
  const storage = createBellStorage(page.me.id);
  const push = createPushSubscription();
  const pushSwitch = createPushSwitch(push, storage);
  // The answer to what was asked last is shown last.
  const inTurn = createTurns();

  const choices = positions().map(([value, label, hint]) =>
    element(
      "label",
      { class: "check" },
      element("input", { type: "radio", name: "bell", value }),
      element("span", {}, label, element("small", { class: "hint" }, hint)),
    ),
  );
  const here = toggle(gettext("Notify me on this device"));
  const sound = toggle(gettext("With a sound"));
  const advice = element("p", { class: "bell__advice", hidden: true });
  const test = element("button", { class: "button", type: "button" }, gettext("Send me a test"));
  const result = element("p", { class: "bell__result", role: "status" });
  const box = element(
    "div",
    { class: "bell", popover: "auto", role: "dialog", id: "bell", "aria-labelledby": "bell-title" },
    element("h2", { id: "bell-title" }, gettext("Notifications")),
    element(
      "fieldset",
      {},
      element("legend", { class: "label" }, gettext("From this room, on all your devices")),
      ...choices,
    ),
    element("div", { class: "bell__device" }, here.row, sound.row, advice),
    test,
    result,
    element(
      "a",
      { class: "bell__more", href: "/account/#notifications" },
      gettext("Your devices, and what a lock screen shows"),
    ),
  );
  root.append(box);
  button.setAttribute("aria-controls", box.id);

  /** @param {string} text */
  const say = (text) => setText(result, text);

  /** Shows the room's bell. @param {string} [position] that it is turned to first */
  async function ask(position) {
    const path = `${page.urls.room}bell/`;
    const told = await inTurn(() =>
      position === undefined ? getJson(path) : postForm(path, { bell: position }),
    );
    for (const radio of box.querySelectorAll("input[type=radio]")) {
      if (radio instanceof HTMLInputElement) radio.checked = radio.value === told.bell;
    }
  }

  function render() {
    const { on, sound: hears } = storage.settings;
    here.box.checked = on;
    sound.box.checked = hears;
    sound.row.hidden = !on;
    test.hidden = !on;
    const text = adviceFor({ on, endpoint: storage.settings.endpoint });
    advice.hidden = text === "";
    setText(advice, text);
  }

  async function turnOn() {
    // Both need the press that led here.
    unlock();
    const given = await permission({ ask: true });
    // The question may have been answered after the switch was turned back.
    if (!here.box.checked) return;
    // Where there is nothing to ask for, there is still the sound.
    storage.change({ on: given === "granted" || given === "none" });
    onSettings();
    render();
    if (given === "default")
      say(gettext("You have not allowed it. Press again to be asked again."));
    if (given !== "granted") return;
    const problem = await pushSwitch.on();
    if (problem === null) return;
    render();
    const closed = gettext("Not while this site is closed. %(problem)s");
    const all = gettext("You are notified here, also while this site is closed.");
    say(problem === "" ? all : fill(closed, { problem }));
  }

  async function turnOff() {
    const ended = pushSwitch.off();
    onSettings();
    render();
    await ended;
  }

  box.addEventListener("change", async ({ target }) => {
    say("");
    if (target === here.box) await (here.box.checked ? turnOn() : turnOff());
    else if (target === sound.box) {
      storage.change({ sound: sound.box.checked });
      if (sound.box.checked) await chime();
    } else if (target instanceof HTMLInputElement) {
      try {
        await ask(target.value);
        onTurned();
      } catch (error) {
        say(reasonOf(error));
        await ask().catch(() => {});
      }
    }
  });
  test.addEventListener("click", async () => {
    test.disabled = true;
    say(gettext("Trying…"));
    say(await tryOut({ push, storage, page }));
    test.disabled = false;
  });
  box.addEventListener("toggle", () => {
    button.setAttribute("aria-expanded", String(box.matches(":popover-open")));
  });

  /** A press on the button closes the box before it arrives here as a click. */
  let wasOpen = false;
  button.addEventListener("pointerdown", () => {
    wasOpen = box.matches(":popover-open");
  });

  return {
    async toggle() {
      const closes = wasOpen || box.matches(":popover-open");
      wasOpen = false;
      if (closes) return box.hidePopover();
      say("");
      render();
      box.showPopover();
      positionPopover(box, button);
      here.box.focus({ preventScroll: true });
      try {
        await ask();
      } catch (error) {
        say(reasonOf(error));
      }
    },
  };
}

/** @param {string} label */
function toggle(label) {
  const box = element("input", { class: "switch", type: "checkbox", role: "switch" });
  return { box, row: element("label", { class: "switch-row" }, element("span", {}, label), box) };
}
