/**
 * The parts of the state beside the loaded messages: pinned messages, quoted messages, and how far
 * others have read. Pure.
 */

/**
 * @param {readonly Chat.Message[]} pinned in the order in which they were pinned
 * @param {readonly Chat.Message[]} changes
 * @returns {readonly Chat.Message[]} the same list when nothing in it changed
 */
export function updatePinned(pinned, changes) {
  let next = pinned;
  for (const message of changes) {
    const index = next.findIndex(({ seq }) => seq === message.seq);
    if (message.pinned && !message.deleted) {
      next = index < 0 ? [...next, message] : next.with(index, message);
    } else if (index >= 0) {
      next = next.toSpliced(index, 1);
    }
  }
  return next;
}

/**
 * @param {ReadonlyMap<number, Chat.Message | null>} quoted
 * @param {readonly Chat.Message[]} changes
 * @returns {ReadonlyMap<number, Chat.Message | null>}
 */
export function updateQuoted(quoted, changes) {
  const known = changes.filter(({ seq }) => quoted.has(seq));
  if (known.length === 0) return quoted;
  return new Map([...quoted, ...known.map((one) => /** @type {const} */ ([one.seq, one]))]);
}

/**
 * @param {ReadonlyMap<string, number>} reads
 * @param {readonly Chat.Position[]} news
 * @returns {ReadonlyMap<string, number>}
 */
export function advanceReads(reads, news) {
  const further = news.filter(({ id, seq }) => seq > (reads.get(id) ?? 0));
  if (further.length === 0) return reads;
  return new Map([...reads, ...further.map(({ id, seq }) => /** @type {const} */ ([id, seq]))]);
}

/**
 * Returns who of those present has read my last message; null when it is not the last thing said.
 * @param {Chat.State} state
 * @returns {{names: string[], everyone: boolean} | null}
 */
export function readersOfLastMessage({ messages, tail, pending, reads, members, you }) {
  // In a large room nobody's position is known: nobody is looked for.
  if (tail !== null || pending.length > 0 || reads.size === 0) return null;
  const last = messages.findLast(({ kind }) => kind === "chat");
  if (last === undefined || last.author?.id !== you.id || last.deleted) return null;
  const others = [...members.values()].filter(({ id }) => id !== you.id);
  const seen = others.filter(({ id }) => (reads.get(id) ?? 0) >= last.seq);
  if (seen.length === 0) return null;
  return { names: seen.map(({ name }) => name), everyone: seen.length === others.length };
}
