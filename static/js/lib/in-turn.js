/** Runs works one after the other, in the order in which they were asked for. */

/**
 * Returns a function that begins a work once those before it have ended, however they ended.
 * @returns {<Result>(work: () => Promise<Result>) => Promise<Result>}
 */
export function createTurns() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
