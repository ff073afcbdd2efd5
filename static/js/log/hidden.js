/** The hidden messages that the reader has opened. They stay open until the page goes. */

/**
 * @param {HTMLElement} rows
 * @param {() => void} render
 */
export function createOpened(rows, render) {
  /** @type {Set<number>} */
  const seqs = new Set();

  rows.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-open-hidden]") : null;
    const row = button?.closest("[data-seq]");
    if (!button || !(row instanceof HTMLElement)) return;
    const first = Number(row.dataset.seq);
    const last = Number(button.getAttribute("data-open-hidden"));
    for (let seq = first; seq <= last; seq += 1) seqs.add(seq);
    render();
    const opened = rows.querySelector(`[data-seq="${first}"]`);
    if (opened instanceof HTMLElement) opened.focus({ preventScroll: true });
  });

  return seqs;
}
