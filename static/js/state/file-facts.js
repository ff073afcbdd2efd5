/** What a file is to a browser: where it is, and whether it can be played. Pure. */

/** Returns where a file is, as it was sent. @param {string} id @param {string} name */
export function fileAddress(id, name) {
  return `/files/${id}/${encodeURIComponent(name)}`;
}

/**
 * Returns the media kind that the browser's own player may play; null for any other file.
 * @param {string} type
 * @returns {"audio" | "video" | null}
 */
export function playedAs(type) {
  if (/^video\/(?:mp4|webm|ogg)$/.test(type)) return "video";
  if (/^audio\/(?:mpeg|mp3|mp4|x-m4a|m4a|aac|wav|x-wav|wave|ogg|webm)$/.test(type)) return "audio";
  return null;
}
