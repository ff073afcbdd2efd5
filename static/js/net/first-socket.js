/** The page's first connection, which pages/room-socket.js opened before this script was there. */

/**
 * Returns a connection to an address: the first one, if it leads there and is not closed, or else a
 * new one. What has come over it already is given to the handlers that the caller sets now.
 * @param {string} url
 * @param {Window["firstSocket"]} [first]
 * @returns {WebSocket}
 */
export function connectTo(url, first = globalThis.window?.firstSocket) {
  if (first === undefined) return new WebSocket(url);
  window.firstSocket = undefined;
  const { socket, frames } = first;
  socket.onmessage = null;
  const isOpen = socket.readyState === WebSocket.OPEN;
  if (socket.url !== url || !(isOpen || socket.readyState === WebSocket.CONNECTING)) {
    socket.close();
    return new WebSocket(url);
  }
  // Of a socket that opens later the browser tells by itself. No frame can come in between.
  if (isOpen) {
    queueMicrotask(() => {
      socket.onopen?.(new Event("open"));
      for (const frame of frames) socket.onmessage?.(frame);
    });
  }
  return socket;
}
