/** The page that says that the site is too busy for a form: it sends the form again when the time has come. */

import { element, find, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { keep, take } from "../lib/sent-form.js";

const line = find(document, "[data-sends-again]", HTMLElement);
const sent = take(location.href);
if (sent !== null) sendAgain(sent, Number(line.dataset.sendsAgain));

/**
 * @param {import("../lib/sent-form.js").SentForm} sent
 * @param {number} seconds until then
 */
function sendAgain(sent, seconds) {
  line.hidden = false;
  setText(line, fill(gettext("Your form is sent again in %(seconds)s seconds."), { seconds }));
  if (seconds > 0) {
    setTimeout(() => sendAgain(sent, seconds - 1), 1000);
    return;
  }
  keep(sent.action, sent.fields); // it may be too busy still
  const form = element("form", { method: "post", action: sent.action, hidden: true });
  for (const [name, value] of sent.fields) {
    form.append(element("input", { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}
