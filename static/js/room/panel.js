/** The room's panel: its code and title, who is here, what happens when everybody leaves. */

import { find, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { span } from "../lib/time.js";
import { createPresence } from "./presence.js";

/**
 * @param {ParentNode} root
 * @param {string} me my id
 * @param {string} sprite
 */
export function createPanel(root, me, sprite) {
  const closing = find(root, "[data-closing]", HTMLElement);
  const presence = createPresence(
    {
      list: find(root, "[data-people]", HTMLElement),
      summary: find(root, "[data-people-summary]", HTMLElement),
      badge: find(root, "[data-people-count]", HTMLElement),
    },
    me,
    sprite,
  );
  const settings = find(root, "[data-settings]", HTMLElement);

  return {
    /**
     * @param {{grace: number}} room
     * @param {ReadonlyMap<string, Chat.Person>} members
     * @param {string} role mine
     */
    render({ grace }, members, role) {
      const sentence = gettext("Closes %(span)s after the last person leaves.");
      setText(closing, fill(sentence, { span: span(grace) }));
      settings.hidden = role === "member";
      presence.render(members, role);
    },
  };
}
