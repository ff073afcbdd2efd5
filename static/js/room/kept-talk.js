/**
 * Shows what a tab keeps of a room's talk on the offline page: read only, and marked as old. Shown to
 * whoever reloaded the room, and not to whoever came to its address in another way: by then somebody
 * else may sit at the same window.
 */

import { element } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { createFileDrawing } from "../log/file-drawing.js";
import { build, placeholder } from "../log/message-row.js";
import { rows } from "../log/rows.js";
import { createTimeline } from "../log/timeline.js";
import { takeSnapshot } from "../state/browser-storage.js";
import { viewerTimes } from "./page-data.js";

/** @param {Location} address @returns {string} the code of the room there; "" if it is no room's */
function codeAt({ pathname }) {
  return /^\/rooms\/([^/]+)\/$/.exec(pathname)?.[1] ?? "";
}

/** Returns true if this page was reloaded, by hand or since the browser had dropped it. */
function isReload() {
  const [navigation] = performance.getEntriesByType("navigation");
  const { type } = /** @type {PerformanceNavigationTiming} */ (navigation ?? {});
  return type === "reload" || Reflect.get(document, "wasDiscarded") === true;
}

/**
 * @param {HTMLElement} main the talk goes after what is there
 * @param {string} sprite
 */
export function showKeptTalk(main, sprite) {
  const kept = takeSnapshot(codeAt(location), isReload());
  if (kept === null) return;
  const { snapshot, userId } = kept;
  const times = viewerTimes();
  const list = element("div", { class: "log__rows" });
  const viewer = { times, sprite, myId: userId, touch: false, files: createFileDrawing(sprite) };
  const known = new Map(snapshot.messages.map((message) => [message.seq, message]));
  createTimeline(list, (row) => build(row, viewer), placeholder).render(
    rows(snapshot.messages, [], {
      me: userId,
      names: new Map(snapshot.members.map(({ id, name }) => [id, name])),
      members: new Map(snapshot.members.map((person) => [person.id, person])),
      unreadAt: null,
      target: null,
      hidden: new Set(snapshot.hidden),
      opened: new Set(),
      quote: (seq) => known.get(seq) ?? null,
      now: Date.now(),
      times,
    }),
  );
  // Nothing here can be done without the room.
  for (const button of list.querySelectorAll("button")) button.disabled = true;
  const until = snapshot.at ? times.clock(snapshot.at) : "";
  const title = until
    ? fill(gettext("What was said until %(time)s"), { time: until })
    : gettext("What was said before");
  main.append(
    element(
      "section",
      { class: "kept", "aria-label": title },
      element("h2", {}, title),
      element("p", { class: "quiet" }, gettext("Newer messages appear when you are back online.")),
      list,
    ),
  );
}
