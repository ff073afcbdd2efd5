// Installs the service worker. No page depends on it: without it, only the offline page is missing.
// So it waits until the page has all that it needs.

function install() {
  navigator.serviceWorker.register("/sw.js").catch((error) => {
    console.warn("No offline page:", error);
  });
}

if ("serviceWorker" in navigator && window.isSecureContext) {
  if (document.readyState === "complete") install();
  else addEventListener("load", install);
}
