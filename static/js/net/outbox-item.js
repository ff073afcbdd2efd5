/** What the outbox keeps of a message, as the server and the page are given it. Pure. */

/**
 * What the author says with a message: all but what the outbox keeps for itself.
 * @param {Chat.OutboxItem} item
 * @returns {Chat.Said}
 */
export function saidOf({
  id: _id,
  queue: _queue,
  client_id: _clientId,
  at: _at,
  state: _,
  reason: _why,
  attached: _attached,
  ...said
}) {
  return said;
}

/**
 * @param {Chat.OutboxItem} item
 * @param {boolean} isOnItsWay
 * @returns {Chat.Pending}
 */
export function pendingOf(item, isOnItsWay) {
  const { client_id: clientId, at, state, reason = "", attached } = item;
  const shown = state === "waiting" && isOnItsWay ? "sending" : state;
  return {
    client_id: clientId,
    ...saidOf(item),
    at,
    state: shown,
    reason,
    seq: null,
    ...(attached && { attached }),
  };
}
