/**
 * Downloads that say how far they have got. The file is written into the browser's own storage while
 * it comes, so that memory does not grow with it, and handed over when it is whole. Where that cannot
 * be done the link does what links do.
 */

import { element, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { createUnframer } from "../net/framing.js";

/** The browser copies the file where it is wanted; then it goes from the storage. Milliseconds. */
const HANDED_OVER = 60_000;

const number = new Intl.NumberFormat(document.documentElement.lang);

// Neither where the page is not secure nor in browsers that only read there.
if ("createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {})) {
  for (const place of document.querySelectorAll("[data-downloads]")) {
    if (place instanceof HTMLElement) createDownloads(place);
  }
  clear().catch(() => {});
}

/** What a page that was closed too soon has left in the storage. Files are called by their time. */
async function clear() {
  const storage = await navigator.storage.getDirectory();
  for await (const name of storage.keys()) {
    if (Date.now() - Number(name) > HANDED_OVER) storage.removeEntry(name).catch(() => {}); // in use
  }
}

/** @param {HTMLElement} place has the links */
function createDownloads(place) {
  const bar = element("progress", { "aria-label": gettext("Download") });
  const text = element("span");
  const said = element("span", { role: "status" });
  const cancel = element(
    "button",
    { type: "button", class: "button button--small" },
    gettext("Cancel"),
  );
  const progress = element(
    "div",
    { class: "downloads__progress", hidden: true },
    bar,
    cancel,
    text,
  );
  place.append(progress, said);
  /** @type {AbortController | null} */
  let running = null;

  place.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (running === null) void start(link.href);
  });
  cancel.addEventListener("click", () => running?.abort());

  /** @param {string} address */
  async function start(address) {
    running = new AbortController();
    bar.removeAttribute("value");
    setText(text, gettext("Starting…"));
    setText(said, "");
    progress.hidden = false;
    try {
      await download(address, running.signal, (done, total) => {
        bar.max = total;
        bar.value = Math.min(done, total);
        const values = { done: number.format(done), total: number.format(total) };
        setText(text, fill(gettext("%(done)s of %(total)s messages"), values));
      });
      setText(said, fill(gettext("Done: %(progress)s."), { progress: text.textContent ?? "" }));
    } catch (error) {
      if (error instanceof Refused) location.assign(address);
      else if (running.signal.aborted) setText(said, gettext("Cancelled."));
      else setText(said, gettext("The download broke off. Try again in a moment."));
    } finally {
      progress.hidden = true;
      running = null;
    }
  }
}

/** The server gives no file: its page says why. */
class Refused extends Error {}

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @param {(done: number, total: number) => void} onProgress
 */
async function download(address, signal, onProgress) {
  const url = new URL(address);
  url.searchParams.set("progress", "1");
  const response = await fetch(url, { signal });
  const total = Number(response.headers.get("X-Messages") ?? Number.NaN);
  if (!response.ok || response.body === null || Number.isNaN(total)) throw new Refused();
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];

  const storage = await navigator.storage.getDirectory();
  const shelf = String(Date.now());
  const kept = await storage.getFileHandle(shelf, { create: true });
  const file = await kept.createWritable();
  const unframer = createUnframer();
  const reader = response.body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const piece of unframer.take(read.value)) await file.write(piece);
      onProgress(unframer.messages, total);
    }
    if (!unframer.whole) throw new Error("cut short");
  } catch (error) {
    await file.abort();
    await storage.removeEntry(shelf);
    throw error;
  }
  await file.close();

  const link = element("a", { download: name ?? "messages" });
  link.href = URL.createObjectURL(await kept.getFile());
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
    storage.removeEntry(shelf).catch(() => {}); // another page was quicker
  }, HANDED_OVER);
}
