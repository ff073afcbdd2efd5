/**
 * Downloads with a progress bar. The file is written into the browser's own storage while it
 * arrives, so that memory does not grow with it, and is saved when it is complete. Where the
 * browser cannot do that, the link works as a link.
 */

import { element, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { createPartReader } from "../net/framing.js";

/**
 * The browser copies a finished file out of the storage; after this time it is deleted there.
 * Milliseconds.
 */
const KEEP_FOR = 60_000;

const number = new Intl.NumberFormat(document.documentElement.lang);

// Missing on pages over plain HTTP, and in browsers that cannot write there.
if ("createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {})) {
  for (const place of document.querySelectorAll("[data-downloads]")) {
    if (place instanceof HTMLElement) createDownloads(place);
  }
  clear().catch(() => {});
}

/** Deletes the files of pages that were closed too soon. Files are named by their time. */
async function clear() {
  const storage = await navigator.storage.getDirectory();
  for await (const name of storage.keys()) {
    if (Date.now() - Number(name) > KEEP_FOR) storage.removeEntry(name).catch(() => {}); // still in use
  }
}

/** @param {HTMLElement} place contains the links */
function createDownloads(place) {
  const bar = element("progress", { "aria-label": gettext("Download") });
  const text = element("span");
  const status = element("span", { role: "status" });
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
  place.append(progress, status);
  /** @type {AbortController | null} */
  let running = null;

  place.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!link.hasAttribute("download")) return;
    event.preventDefault();
    link.closest("details")?.removeAttribute("open");
    if (running === null) void start(link.href);
  });
  cancel.addEventListener("click", () => running?.abort());

  /** @param {string} address */
  async function start(address) {
    running = new AbortController();
    bar.removeAttribute("value");
    setText(text, gettext("Starting…"));
    setText(status, "");
    progress.hidden = false;
    try {
      await download(address, running.signal, (done, total, hasFiles) => {
        bar.max = total;
        bar.value = Math.min(done, total);
        const values = { done: number.format(done), total: number.format(total) };
        const words = hasFiles
          ? gettext("%(done)s of %(total)s messages and files")
          : gettext("%(done)s of %(total)s messages");
        setText(text, fill(words, values));
      });
      setText(status, fill(gettext("Done: %(progress)s."), { progress: text.textContent ?? "" }));
    } catch (error) {
      if (error instanceof Refused || isTooLarge(error)) location.assign(address);
      else if (running.signal.aborted) setText(status, gettext("Cancelled."));
      else setText(status, gettext("The download was interrupted. Try again in a moment."));
    } finally {
      progress.hidden = true;
      running = null;
    }
  }
}

/** Thrown when the server gives no file; its page says why. */
class Refused extends Error {}

/**
 * Returns true if the browser's own storage has no space for the file: its downloads may have.
 *
 * @param {unknown} error
 */
function isTooLarge(error) {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @param {(done: number, total: number, hasFiles: boolean) => void} onProgress
 */
async function download(address, signal, onProgress) {
  const url = new URL(address);
  url.searchParams.set("progress", "1");
  const response = await fetch(url, { signal });
  const files = Number(response.headers.get("X-Files") ?? 0);
  const total = Number(response.headers.get("X-Messages") ?? Number.NaN) + files;
  if (!response.ok || response.body === null || Number.isNaN(total)) throw new Refused();
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];

  const storage = await navigator.storage.getDirectory();
  const fileName = String(Date.now());
  const kept = await storage.getFileHandle(fileName, { create: true });
  const file = await kept.createWritable();
  const parts = createPartReader();
  const reader = response.body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const piece of parts.take(read.value)) await file.write(piece);
      onProgress(parts.read, total, files > 0);
    }
    if (!parts.isComplete) throw new Error("cut short");
  } catch (error) {
    await file.abort();
    await storage.removeEntry(fileName);
    throw error;
  }
  await file.close();

  const link = element("a", { download: name ?? "messages" });
  link.href = URL.createObjectURL(await kept.getFile());
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
    storage.removeEntry(fileName).catch(() => {}); // another page has deleted it
  }, KEEP_FOR);
}
