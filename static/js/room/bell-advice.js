/** What a browser lets a page do to notify somebody, and what people are told where it does not. */

import { gettext } from "../lib/i18n.js";

/** @typedef {"granted" | "denied" | "default" | "none"} Permission none: there is nothing to ask for */

/**
 * Returns whether the browser lets this site notify.
 * @param {{ask?: boolean}} [how] ask: also asks the person, who must just have pressed something
 * @returns {Promise<Permission>}
 */
export async function permission({ ask = false } = {}) {
  if (typeof Notification === "undefined" || !isSecureContext) return "none";
  if (!ask || Notification.permission !== "default") return Notification.permission;
  return Notification.requestPermission();
}

/**
 * Returns what somebody should know or do to be notified here; "" if all is well.
 * @param {{on: boolean, endpoint: string}} settings of this browser
 * @param {Browser} [browser]
 */
export function adviceFor({ on, endpoint }, browser = thisBrowser()) {
  if (!browser.isSecure) {
    return gettext(
      "This page is on http, where browsers show no notifications. You can have a sound while it is open.",
    );
  }
  if (browser.isApple && !browser.isInstalled) {
    return gettext(
      "On an iPhone or iPad: press Share, then “Add to Home Screen”. Open the site from there, and press this bell again.",
    );
  }
  if (browser.permission === "denied") {
    return gettext(
      "Your browser blocks notifications from this site. Allow them in its settings: press the icon to the left of the address.",
    );
  }
  if (browser.permission === "none") {
    return gettext(
      "This browser shows no notifications. You can have a sound while this page is open.",
    );
  }
  if (!on) return gettext("Nothing is shown or heard on this device until you turn this on.");
  return endpoint === "" ? gettext("You are notified while this site is open in a tab.") : "";
}

/**
 * @typedef {object} Browser
 * @property {boolean} isSecure
 * @property {boolean} isApple an iPhone or iPad
 * @property {boolean} isInstalled opened from the home screen
 * @property {Permission} permission
 */

/** @returns {Browser} */
function thisBrowser() {
  const { userAgent, maxTouchPoints } = navigator;
  return {
    isSecure: isSecureContext,
    // An iPad says that it is a Mac, of which none has a touch screen.
    isApple: /iPhone|iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1),
    isInstalled: matchMedia("(display-mode: standalone)").matches,
    permission: typeof Notification === "undefined" ? "none" : Notification.permission,
  };
}
