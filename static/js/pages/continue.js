/** The page that a code of another device leads to: takes the token out of the address, then waits. */

import { find } from "../lib/dom.js";
import { poll } from "../lib/polling.js";

const root = find(document, "[data-continue]", HTMLElement);
const { continue: url = "" } = root.dataset;
const waits = "waits" in root.dataset;
const token = location.hash.slice(1);

if (token !== "" && waits) location.replace(`${location.pathname}?new#${token}`);
else if (token !== "") fillIn();
else if (waits) void poll(url, follow);
addEventListener("hashchange", () => location.reload());

function fillIn() {
  // The token stays neither in the address bar nor in the browser's history.
  history.replaceState(null, "", location.pathname);
  find(root, "#token", HTMLInputElement).value = token;
  find(root, "[data-token]", HTMLElement).hidden = true;
}

/** @param {{state: string}} answer */
function follow({ state }) {
  if (state === "allowed") find(root, "form[data-in]", HTMLFormElement).submit();
  else if (state !== "asked") location.reload();
  return state !== "asked";
}
