/** The form by which people open a room or come into one: what it is sent with is kept for js/pages/busy.js. */

import { find } from "../lib/dom.js";
import { forget, keep } from "../lib/sent-form.js";

const form = find(document, "form.ticket", HTMLFormElement);

forget(); // the site has answered
form.addEventListener("submit", ({ submitter }) => {
  keep(form.action, new FormData(form, submitter));
});
