/**
 * Loads the completion of names and emoji once the page is idle, so that it works without a network
 * too, and begins it with the first letter that asks for one.
 */

/**
 * @param {HTMLTextAreaElement} box
 * @param {HTMLElement} list
 * @param {Parameters<typeof import("./completion.js").createCompletion>[2]} people
 */
export function completeOnDemand(box, list, people) {
  let isBegun = false;
  box.addEventListener("input", async () => {
    if (isBegun || !/[@:]/.test(box.value)) return;
    isBegun = true;
    try {
      const { createCompletion } = await import("./completion.js");
      createCompletion(box, list, people);
    } catch {
      isBegun = false; // No network: a later letter tries again.
    }
  });

  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  whenIdle(() => import("./completion.js").catch(() => {}));
}
