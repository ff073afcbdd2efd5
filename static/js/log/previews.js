/**
 * Pictures of files that this page has itself: shown from the moment they are sent, also once the
 * server has them, so that nothing flickers. And how much of each file is at the server.
 */

/** Pictures of sent messages that are kept. */
const KEPT = 30;

/** @typedef {{url: string, clientId: string}} Preview */

/**
 * @param {HTMLElement} rows has progress bars as `data-progress="<name of the file>"`
 * @param {Pick<typeof URL, "createObjectURL" | "revokeObjectURL">} [urls]
 */
export function createPreviews(rows, urls = URL) {
  /** By the files' names in this browser, and by the server's. @type {Map<string, Preview>} */
  const previews = new Map();
  /** The server's names, in the order in which they came. @type {string[]} */
  const sent = [];
  /** Bytes, by the files' names in this browser. @type {Map<string, number>} */
  const progress = new Map();

  /** @param {(preview: Preview) => boolean} isUnwanted */
  function drop(isUnwanted) {
    for (const [id, preview] of previews) {
      if (!isUnwanted(preview)) continue;
      urls.revokeObjectURL(preview.url);
      previews.delete(id);
    }
  }

  return {
    /** Returns the address of a file's picture, if it has one here. @param {string} id */
    find: (id) => previews.get(id)?.url,

    /**
     * Returns the address of a picture that is to be sent.
     * @param {Chat.Attached} file
     * @param {string} clientId of its message
     */
    of({ id, blob }, clientId) {
      const preview = previews.get(id) ?? { url: urls.createObjectURL(blob), clientId };
      previews.set(id, preview);
      return preview.url;
    },

    /** @param {string} id @param {string} serverId */
    sentAs(id, serverId) {
      const preview = previews.get(id);
      if (preview === undefined || sent.includes(serverId)) return;
      previews.set(serverId, preview);
      sent.push(serverId);
      const oldest = sent.length > KEPT ? previews.get(sent.shift() ?? "") : undefined;
      if (oldest) drop(({ url }) => url === oldest.url);
    },

    /** Forgets the pictures of messages that are deleted. @param {readonly Chat.Message[]} messages */
    forgetDeleted(messages) {
      if (previews.size === 0) return;
      const gone = new Set(messages.flatMap((one) => (one.deleted ? (one.client_id ?? []) : [])));
      if (gone.size > 0) drop(({ clientId }) => gone.has(clientId));
    },

    /** Returns how many bytes of a file are at the server. @param {string} id */
    progressOf: (id) => progress.get(id) ?? 0,

    /** @param {string} id @param {number} bytes */
    setProgress(id, bytes) {
      progress.set(id, bytes);
      const bar = rows.querySelector(`[data-progress="${id}"]`);
      if (bar instanceof HTMLProgressElement) bar.value = bytes;
    },
  };
}
