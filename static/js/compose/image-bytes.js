/** What the bytes of an image say about it, without decoding it. Pure. */

/**
 * `hasMetadata`: it may say where and with what it was taken, or what a person wrote about it.
 * @typedef {{isAnimated: boolean, hasMetadata: boolean}} Findings
 */

/** The types that say who and where: Exif and XMP, IPTC; a comment. */
const JPEG_METADATA = new Set([0xe1, 0xed, 0xfe]);
const PNG_METADATA = new Set(["eXIf", "tEXt", "zTXt", "iTXt", "tIME"]);
const WEBP_METADATA = new Set(["EXIF", "XMP "]);

/**
 * @param {Uint8Array} bytes
 * @param {string} type
 * @returns {Findings} of a type that is not looked into: still, and with metadata
 */
export function lookInto(bytes, type) {
  switch (type) {
    case "image/jpeg":
      return { isAnimated: false, hasMetadata: ofJpeg(bytes) };
    case "image/png":
      return ofChunks(pngChunks(bytes), "acTL", PNG_METADATA);
    case "image/webp":
      return ofChunks(webpChunks(bytes), "ANIM", WEBP_METADATA);
    case "image/gif":
      return { isAnimated: true, hasMetadata: false };
    default:
      return { isAnimated: false, hasMetadata: true };
  }
}

/** @param {Uint8Array} bytes */
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @param {Uint8Array} bytes */
function ofJpeg(bytes) {
  const view = viewOf(bytes);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (JPEG_METADATA.has(marker)) return true;
    // From the start of a scan on there are only pixels.
    if (marker === 0xda) return false;
    at += 2 + view.getUint16(at + 2);
  }
  return true; // not as it should be
}

/**
 * @param {Iterable<string>} chunks
 * @param {string} animation
 * @param {ReadonlySet<string>} metadata
 * @returns {Findings}
 */
function ofChunks(chunks, animation, metadata) {
  const names = new Set(chunks);
  return {
    isAnimated: names.has(animation),
    hasMetadata: [...metadata].some((name) => names.has(name)),
  };
}

/** @param {Uint8Array} bytes @param {number} at */
function nameAt(bytes, at) {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** @param {Uint8Array} bytes */
function* pngChunks(bytes) {
  const view = viewOf(bytes);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at))
    yield nameAt(bytes, at + 4);
}

/** @param {Uint8Array} bytes */
function* webpChunks(bytes) {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length; ) {
    yield nameAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
}
