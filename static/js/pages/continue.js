/** The page that a code of another device leads to: takes the token out of the address, then waits. */

import { find } from "../lib/dom.js";

/** Milliseconds between two requests. */
const POLL_INTERVAL = 2000;

const root = find(document, "[data-continue]", HTMLElement);
const { continue: url = "" } = root.dataset;
const waits = "waits" in root.dataset;
const token = location.hash.slice(1);

if (token !== "" && waits) location.replace(`${location.pathname}?new#${token}`);
else if (token !== "") fillIn();
else if (waits) void poll();
addEventListener("hashchange", () => location.reload());

function fillIn() {
  // The token stays neither in the address bar nor in the browser's history.
  history.replaceState(null, "", location.pathname);
  find(root, "#token", HTMLInputElement).value = token;
  find(root, "[data-token]", HTMLElement).hidden = true;
}

async function poll() {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    const { state } = answer.ok ? await answer.json() : { state: "asked" };
    if (state === "allowed") return find(root, "form[data-in]", HTMLFormElement).submit();
    if (state !== "asked") return location.reload();
  } catch {
    // Offline, or the server is restarting: the next request will tell.
  }
  setTimeout(poll, POLL_INTERVAL);
}
