/** The pause before the next attempt to connect. Pure. */

const CAP = 30_000;

/**
 * Returns the pause before the next attempt: it doubles each time, with jitter. Half of each step
 * is random, so that a thousand clients that lost the same worker do not come back in the same
 * instant. The first attempt is within a second, since most losses are a restart that is already
 * over.
 * @param {number} attempt failed attempts since the last live connection, from 0
 * @param {() => number} random in [0, 1)
 * @returns {number} milliseconds
 */
export function delay(attempt, random) {
  const step = Math.min(CAP, 1000 * 2 ** Math.min(attempt, 10));
  if (attempt === 0) return Math.round(step * random());
  return Math.round(step / 2 + (step / 2) * random());
}
