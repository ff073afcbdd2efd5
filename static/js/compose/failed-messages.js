/**
 * The buttons for messages that were refused: each row has its own, and a bar has buttons for all
 * of them. Deleting all of them is asked about first: their texts would be gone.
 */

import { find, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";

/**
 * @param {HTMLElement} root buttons in it carry `data-action`: retry, discard or keep
 * @param {{retry: (clientIds: string[]) => unknown, discard: (clientIds: string[]) => unknown}}
 *   outbox
 */
export function createFailedMessages(root, outbox) {
  const bar = find(root, "[data-failures]", HTMLElement);
  const text = find(bar, "p", HTMLElement);
  const retry = find(bar, "[data-action=retry]", HTMLElement);
  const discard = find(bar, "[data-action=discard]", HTMLElement);
  const keep = find(bar, "[data-action=keep]", HTMLElement);
  const discardLabel = discard.textContent ?? "";
  /** @type {string[]} */
  let failed = [];
  let isAsking = false;

  function draw() {
    const n = failed.length;
    bar.hidden = n < 2;
    retry.hidden = isAsking;
    keep.hidden = !isAsking;
    setText(discard, isAsking ? gettext("Delete for good") : discardLabel);
    const sentence = isAsking
      ? ngettext(
          "Delete %(n)s message that was not sent?",
          "Delete %(n)s messages that were not sent?",
          n,
        )
      : ngettext("%(n)s message was not sent.", "%(n)s messages were not sent.", n);
    setText(text, fill(sentence, { n }));
  }

  /** @param {boolean} next */
  function ask(next) {
    isAsking = next;
    draw();
    (isAsking ? keep : discard).focus();
  }

  /** @param {string | null} action */
  function actOnAll(action) {
    if (action === "retry") outbox.retry(failed);
    else if (action === "keep") ask(false);
    else if (!isAsking) ask(true);
    else {
      isAsking = false;
      outbox.discard(failed);
    }
  }

  root.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-action]") : null;
    if (button === null) return;
    const action = button.getAttribute("data-action");
    const clientId = button.closest("[data-client-id]")?.getAttribute("data-client-id");
    if (!clientId) actOnAll(action);
    else if (action === "retry") outbox.retry([clientId]);
    else outbox.discard([clientId]);
  });

  return {
    /** @param {readonly Chat.Pending[]} pending */
    render(pending) {
      const next = pending.flatMap((item) => (item.state === "failed" ? item.client_id : []));
      // The question was about other messages.
      if (next.join() !== failed.join()) isAsking = false;
      failed = next;
      draw();
    },
  };
}
