// The pages that run a room, outside of the room's own page.

import { drawAvatars } from "../lib/people.js";
import { offerCopies } from "../room/copy-buttons.js";
import { markChanges, markForm } from "../room/sheet-parts.js";

markChanges(document);
offerCopies(document);
drawAvatars(document);

/** The form that is being sent: the page is left for its answer. @type {EventTarget | null} */
let sent = null;

/** The settings, which are saved with a button of their own; on the other pages null. */
const settings = document.querySelector("form:has(.manage__save)");

if (settings instanceof HTMLFormElement) {
  addEventListener("submit", ({ target }) => {
    sent = target;
  });
  addEventListener("beforeunload", (event) => {
    const isUnsaved = settings.matches("[data-changed], [data-unsaved]");
    if (isUnsaved && sent !== settings) event.preventDefault();
  });
  // A browser that comes back to the page fills in what was typed, and tells nobody.
  addEventListener("pageshow", () => {
    sent = null;
    markForm(settings);
  });
}
