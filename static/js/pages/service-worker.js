// Shows the offline page in place of a page that cannot be loaded. It stores that page and its
// assets, nothing else: no chat, and no answer of the site, is ever served from here.
//
// Run by /sw.js (chatsite/web/pwa.py), which lists in `self.offline` what to store. The names
// contain hashes, so a new release is a new worker; it takes over at once and deletes the old copy.

/**
 * @typedef {{ release: string, page: string, assets: string[] }} Offline
 * @typedef {Event & { waitUntil(promise: Promise<unknown>): void }} Extendable
 * @typedef {Extendable & { request: Request, preloadResponse: Promise<Response | undefined>,
 *   respondWith(response: Promise<Response>): void }} FetchEvent
 */

const worker = /** @type {any} */ (self);
const { release, page, assets } = /** @type {Offline} */ (worker.offline);
const CACHE = `offline-${release}`;

worker.addEventListener("install", (/** @type {Extendable} */ event) => {
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (/** @type {Extendable} */ event) => {
  event.waitUntil(
    Promise.all([dropOthers(), worker.registration.navigationPreload?.enable()]).then(() =>
      worker.clients.claim(),
    ),
  );
});

worker.addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(navigate(event));
  else if (assets.includes(new URL(request.url).pathname)) event.respondWith(asset(request));
});

async function keep() {
  const cache = await caches.open(CACHE);
  // The browser's own cache may hold the page of the last release. Names of files change with them.
  await cache.addAll([new Request(page, { cache: "reload" }), ...assets]);
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/** @param {FetchEvent} event */
async function navigate(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    return kept(page, error);
  }
}

/** @param {Request} request */
async function asset(request) {
  try {
    return await fetch(request);
  } catch (error) {
    return kept(request, error);
  }
}

/**
 * @param {RequestInfo} what
 * @param {unknown} error thrown again if there is no copy
 */
async function kept(what, error) {
  const response = await caches.match(what, { cacheName: CACHE });
  if (response) return response;
  throw error;
}
