/**
 * The menu of somebody in the list of people. Its items carry what the room listens for: a mention,
 * hiding and a report (on-demand.js), the moderation (manage.js). Loaded when it is first wanted.
 */

import { element, icon, openPopover } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { followMenuKeys } from "../lib/menu-keys.js";
import { positionPopover } from "../lib/popover-position.js";

/**
 * @param {HTMLElement} panel has the list; the menu is within it, so that a panel that lies over the
 *   log stays open
 * @param {string} sprite
 */
export function createPersonMenu(panel, sprite) {
  const menu = element("div", { class: "menu", popover: "auto", role: "menu" });
  panel.append(menu);
  followMenuKeys(menu);
  menu.addEventListener("click", () => menu.hidePopover());

  /**
   * @param {string} picture
   * @param {string} label
   * @param {Record<string, string>} attributes
   */
  function item(picture, label, attributes) {
    return element(
      "button",
      { class: "menu__item", type: "button", role: "menuitem", ...attributes },
      icon(picture, sprite),
      label,
    );
  }

  return {
    /**
     * @param {HTMLElement} button what was pressed, with the person's `data-` attributes
     * @param {(id: string) => boolean} isHidden
     */
    open(button, isHidden) {
      const { personMenu: id = "", name = "", below } = button.dataset;
      menu.setAttribute("aria-label", fill(gettext("Actions for %(name)s"), { name }));
      menu.replaceChildren(
        item("at-sign", gettext("Mention"), { "data-mention": name }),
        isHidden(id)
          ? item("eye", gettext("Show again"), { "data-hide-person": id, "data-hidden": "no" })
          : item("eye-off", gettext("Hide for me"), {
              "data-hide-person": id,
              "data-hidden": "yes",
            }),
        item("flag", gettext("Report…"), { "data-report-person": id, "data-report-name": name }),
        ...(below === undefined
          ? []
          : [item("sliders-horizontal", gettext("Moderate…"), { "data-moderate": id })]),
      );
      openPopover(menu);
      positionPopover(menu, button);
      menu.querySelector("button")?.focus({ preventScroll: true });
    },
  };
}
