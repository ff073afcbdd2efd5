/**
 * Checks what a browser has stored. It may come from another release, or from anything else that ran
 * under this address: what does not have the expected shape is dropped, and the server sends it
 * again. Pure.
 */

/**
 * Parses what was stored; returns null if it is no JSON.
 * @param {string | null} text
 * @returns {unknown}
 */
export function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** @param {any} kept @returns {kept is Chat.Snapshot} */
export function isSnapshot(kept) {
  return (
    typeof kept?.room?.id === "string" &&
    typeof kept.room.code === "string" &&
    Number.isSafeInteger(kept.cursor) &&
    typeof kept.older === "boolean" &&
    areAll(kept.messages, isMessage) &&
    areAll(kept.members, isPerson) &&
    areAll(kept.hidden ?? [], (id) => typeof id === "string")
  );
}

/** @param {any} kept */
function isMessage(kept) {
  return (
    Number.isSafeInteger(kept?.seq) &&
    Number.isSafeInteger(kept.changed) &&
    typeof kept.kind === "string" &&
    typeof kept.body === "string" &&
    typeof kept.deleted === "boolean" &&
    !Number.isNaN(Date.parse(kept.at)) &&
    (kept.author === null || isPerson(kept.author)) &&
    areAll(kept.mentions ?? [], (id) => typeof id === "string") &&
    areAll(Object.values(kept.reactions ?? {}), Array.isArray)
  );
}

/** @param {any} kept */
function isPerson(kept) {
  return typeof kept?.id === "string" && typeof kept.name === "string";
}

/** @param {any} kept @returns {kept is Chat.EditDraft} */
export function isEditDraft(kept) {
  return (
    Number.isSafeInteger(kept?.seq) &&
    typeof kept.body === "string" &&
    (kept.of === null || typeof kept.of === "string")
  );
}

/** @param {any} kept @returns {kept is Chat.Change} */
export function isChange(kept) {
  if (typeof kept?.ref !== "string" || !Number.isSafeInteger(kept.seq)) return false;
  if (kept.changed !== null && !Number.isSafeInteger(kept.changed)) return false;
  switch (kept.kind) {
    case "edit":
      return typeof kept.body === "string" && !Number.isNaN(Date.parse(kept.at));
    case "delete":
      return true;
    case "react":
      return typeof kept.emoji === "string" && typeof kept.on === "boolean";
    case "pin":
      return typeof kept.on === "boolean";
    default:
      return false;
  }
}

/**
 * @param {unknown} list
 * @param {(item: any) => boolean} test
 */
function areAll(list, test) {
  return Array.isArray(list) && list.every(test);
}
