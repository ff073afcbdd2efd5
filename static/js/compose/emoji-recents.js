/** The emoji that a person has chosen lately in this browser, in all rooms. */

/** Three rows of the picker. */
const MAX_KEPT = 24;

/**
 * @param {string} userId a part of the key: the next person at the same machine starts without any
 * @param {Storage | undefined} storage undefined if the browser denies it: then they last as long as
 *   the page
 */
export function createEmojiRecents(userId, storage) {
  const key = `chat:${userId}:emoji`;
  let kept = read(storage, key);

  return {
    /** Returns the emoji, the latest first. */
    get signs() {
      return kept;
    },

    /** @param {string} sign */
    use(sign) {
      // Another tab may have added some.
      kept = [sign, ...(storage ? read(storage, key) : kept).filter((one) => one !== sign)];
      kept = kept.slice(0, MAX_KEPT);
      try {
        storage?.setItem(key, kept.join(" "));
      } catch {
        // The storage is full. Nobody misses a list of emoji.
      }
    },
  };
}

/**
 * @param {Storage | undefined} storage
 * @param {string} key
 * @returns {string[]}
 */
function read(storage, key) {
  const text = storage?.getItem(key) ?? "";
  return text.split(" ").filter((sign) => sign !== "" && sign.length <= 40);
}
