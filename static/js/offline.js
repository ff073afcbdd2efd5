// On the offline page: back to the page that was wanted as soon as there is a network again.

addEventListener("online", () => location.reload());
document.querySelector("[data-retry]")?.addEventListener("click", () => location.reload());
