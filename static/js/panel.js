/** The room's panel: its code and title, who is here, what happens when everybody leaves. */

import { find, setText } from "./dom.js";
import { fill, gettext } from "./i18n.js";
import { createPresence } from "./presence.js";
import { span } from "./time.js";

/**
 * @param {ParentNode} root
 * @param {string} me my id
 */
export function createPanel(root, me) {
  const closing = find(root, "[data-closing]", HTMLElement);
  const presence = createPresence(
    {
      list: find(root, "[data-people]", HTMLElement),
      summary: find(root, "[data-people-summary]", HTMLElement),
      badge: find(root, "[data-people-count]", HTMLElement),
    },
    me,
  );

  return {
    /**
     * @param {{grace: number}} room
     * @param {ReadonlyMap<string, Chat.Person>} members
     */
    render({ grace }, members) {
      const sentence = gettext("Closes %(span)s after the last person leaves.");
      setText(closing, fill(sentence, { span: span(grace) }));
      presence.render(members);
    },
  };
}
