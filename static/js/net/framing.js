/**
 * A file that comes in parts, each of which says how far the whole is: 4 bytes its length, 4 bytes
 * messages read by its end (history/downloads.py). Pure.
 */

const HEAD = 8;

/** Takes bytes as they come and gives what they are of the file. */
export function createUnframer() {
  /** Of a head that is not all there yet. @type {number[]} */
  let head = [];
  /** Bytes of the present part that are still to come. */
  let missing = 0;
  let messages = 0;
  let whole = true;

  return {
    /** How many messages the file has so far. */
    get messages() {
      return messages;
    },

    /** Whether the file could end here. */
    get whole() {
      return whole;
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
          if (head.length < HEAD) continue;
          const view = new DataView(Uint8Array.from(head).buffer);
          missing = view.getUint32(0);
          messages = view.getUint32(4);
          head = [];
        } else {
          const piece = bytes.subarray(at, at + missing);
          pieces.push(piece);
          at += piece.length;
          missing -= piece.length;
        }
      }
      whole = missing === 0 && head.length === 0;
      return pieces;
    },
  };
}
