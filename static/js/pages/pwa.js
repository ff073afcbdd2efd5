// Installs the service worker. No page depends on it: without it, only the offline page is missing.

if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").catch((error) => {
    console.warn("No offline page:", error);
  });
}
