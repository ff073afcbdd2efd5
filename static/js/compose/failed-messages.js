/**
 * The buttons for messages that were refused: each row has its own, and a bar has buttons for all
 * of them.
 */

import { find, setText } from "../lib/dom.js";
import { fill, ngettext } from "../lib/i18n.js";

/**
 * @param {HTMLElement} root buttons in it carry `data-action`: retry or discard
 * @param {{retry: (clientIds: string[]) => unknown, discard: (clientIds: string[]) => unknown}}
 *   outbox
 */
export function createFailedMessages(root, outbox) {
  const bar = find(root, "[data-failures]", HTMLElement);
  const text = find(bar, "p", HTMLElement);
  /** @type {string[]} */
  let failed = [];

  root.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-action]") : null;
    if (button === null) return;
    const row = button.closest("[data-client-id]");
    const clientIds = row === null ? failed : [row.getAttribute("data-client-id") ?? ""];
    if (button.getAttribute("data-action") === "retry") outbox.retry(clientIds);
    else outbox.discard(clientIds);
  });

  return {
    /** @param {readonly Chat.Pending[]} pending */
    render(pending) {
      failed = pending.flatMap((item) => (item.state === "failed" ? item.client_id : []));
      bar.hidden = failed.length < 2;
      const n = failed.length;
      const sentence = ngettext("%(n)s message was not sent.", "%(n)s messages were not sent.", n);
      setText(text, fill(sentence, { n }));
    },
  };
}
