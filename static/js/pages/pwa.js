// Installs the service worker. A page never depends on it: where there is none, nothing is missing
// but the offline page.

if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").catch((error) => {
    console.warn("No offline page:", error);
  });
}
