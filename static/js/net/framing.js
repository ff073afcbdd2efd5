/**
 * Reads a file that comes in parts. Each part begins with 4 bytes for its length and 4 bytes for
 * the number of messages, and of files in an archive, that it has up to its end (history/downloads.py). Pure.
 */

/** Bytes before each part. */
const HEADER_LENGTH = 8;

/** Returns a reader that takes bytes as they arrive and gives back the file's own. */
export function createPartReader() {
  /** The bytes of a header that is not complete yet. @type {number[]} */
  let head = [];
  /** Bytes of the current part that are still to come. */
  let missing = 0;
  let count = 0;
  let isComplete = true;

  return {
    /** The number of messages and files that have come so far. */
    get read() {
      return count;
    },

    /** True if the file may end here. */
    get isComplete() {
      return isComplete;
    },

    /**
     * @param {Uint8Array<ArrayBuffer>} bytes
     * @returns {Uint8Array<ArrayBuffer>[]} pieces of the file, in order
     */
    take(bytes) {
      const pieces = [];
      let at = 0;
      while (at < bytes.length) {
        if (missing === 0) {
          head.push(bytes[at]);
          at += 1;
          if (head.length < HEADER_LENGTH) continue;
          const view = new DataView(Uint8Array.from(head).buffer);
          missing = view.getUint32(0);
          count = view.getUint32(4);
          head = [];
        } else {
          const piece = bytes.subarray(at, at + missing);
          pieces.push(piece);
          at += piece.length;
          missing -= piece.length;
        }
      }
      isComplete = missing === 0 && head.length === 0;
      return pieces;
    },
  };
}
