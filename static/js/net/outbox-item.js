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
  ...said
}) {
  return said;
}

/**
 * @param {Chat.OutboxItem} item
 * @param {string | undefined} inFlightId `client_id` of the message on its way
 * @returns {Chat.Pending}
 */
export function pendingOf(item, inFlightId) {
  const { client_id: clientId, at, state, reason = "" } = item;
  const shown = state === "waiting" && clientId === inFlightId ? "sending" : state;
  return { client_id: clientId, ...saidOf(item), at, state: shown, reason, seq: null };
}
