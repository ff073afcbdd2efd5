/**
 * Makes of a picture what is sent: upright, of a size that screens have, and without what a camera
 * wrote into it, such as where it was taken. Loaded with the first file.
 */

import { lookInto } from "./image-bytes.js";

/** The longer side of what is sent has no more pixels than this. */
const LONGEST = 2560;

/** Of a photo that is made WebP. */
const QUALITY = 0.85;

/** A drawing or a screenshot stays as it is to the pixel up to this size. Bytes. */
const LARGEST_EXACT = 600_000;

/** Browsers show these. */
const SHOWN = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);
/** A browser that decodes these can send them as something that all show. */
const DECODED = new Set(["image/heic", "image/heif"]);

/** @type {Record<string, string>} */
const ENDINGS = { "image/webp": "webp", "image/jpeg": "jpg", "image/png": "png" };

/**
 * @typedef {object} Prepared
 * @property {Blob} blob
 * @property {string} name
 * @property {string} type
 * @property {number} width
 * @property {number} height
 * @property {boolean} isChanged false: the file is sent as it is
 */

/** @param {File} file */
export function mayBePicture({ type, name }) {
  return SHOWN.has(type) || DECODED.has(type) || /\.hei[cf]$/i.test(name);
}

/**
 * @param {File} file
 * @returns {Promise<Prepared | null>} null: this browser cannot show it, and it is sent as it is
 */
export async function prepareImage(file) {
  const bitmap = isCanvasTrue() ? await decode(file) : null;
  if (bitmap === null) return null;
  try {
    const { isAnimated, hasMetadata } = lookInto(
      new Uint8Array(await file.arrayBuffer()),
      file.type,
    );
    const { width, height } = bitmap;
    const asIs = { blob: file, name: file.name, type: file.type, width, height, isChanged: false };
    if (isAnimated) return asIs;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const size = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
    const blob = await encode(draw(bitmap, size), file.type);
    if (!isBetter(blob, file, hasMetadata)) return asIs;
    const name = `${file.name.replace(/\.[^.]*$/, "")}.${ENDINGS[blob.type]}`;
    return { blob, name, type: blob.type, ...size, isChanged: true };
  } catch {
    return null; // Too large for this browser's canvas.
  } finally {
    bitmap.close();
  }
}

/**
 * Returns true if a picture is sent as it was made here rather than as it was: the smaller file, if
 * that gives nothing away.
 * @param {Blob} made
 * @param {Blob} original
 * @param {boolean} hasMetadata of the original
 */
export function isBetter(made, original, hasMetadata) {
  return hasMetadata || !SHOWN.has(original.type) || made.size < original.size;
}

/** Returns false where a browser gives out noise for what is on a canvas, so that nobody is known by it. */
function isCanvasTrue() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return false;
  context.fillStyle = "#336699";
  context.fillRect(0, 0, 8, 8);
  const { data } = context.getImageData(0, 0, 8, 8);
  return data.every((value, index) => value === [0x33, 0x66, 0x99, 0xff][index % 4]);
}

/** @param {File} file @returns {Promise<ImageBitmap | null>} upright */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {{width: number, height: number}} size
 */
function draw(bitmap, { width, height }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} type of the original
 */
async function encode(canvas, type) {
  if (type === "image/png") {
    // With this quality the WebP of browsers that have it is exact.
    const exact = await toBlob(canvas, "image/webp", 1);
    if (exact.type === "image/webp" && exact.size <= LARGEST_EXACT) return exact;
  }
  const blob = await toBlob(canvas, "image/webp", QUALITY);
  // A browser that writes no WebP has made a PNG, which is too large for a photo.
  if (blob.type === "image/webp" || type === "image/png") return blob;
  return toBlob(canvas, "image/jpeg", QUALITY);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} type
 * @param {number} quality
 * @returns {Promise<Blob>}
 */
function toBlob(canvas, type, quality) {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("not encoded"))),
      type,
      quality,
    );
  });
}
