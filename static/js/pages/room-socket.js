// A classic script that blocks the page, on purpose: it opens the room's socket before anything else
// is read. The handshake and the welcome then take place while the page and its script arrive, and
// the script takes the socket over (net/first-socket.js).

// In a block: the names of a classic script are those of all scripts.
{
  /** A socket that is not taken over by then is closed: the script is missing. Milliseconds. */
  const MAX_WAIT = 20_000;

  const { urlSocket = "", roomId = "", meId = "" } = document.currentScript?.dataset ?? {};

  /** Returns what a reload of this tab starts from, as the session will find it. */
  const kept = () => {
    try {
      const snapshot = JSON.parse(
        sessionStorage.getItem(`chat:${meId}:${roomId}:snapshot`) ?? "{}",
      );
      if (snapshot.room?.id === roomId && Number.isSafeInteger(snapshot.cursor)) return snapshot;
    } catch {
      // Of another release, or the browser denies storage to this page. A session that starts from
      // something else opens a socket of its own.
    }
    return {};
  };

  const { cursor, history: name } = kept();
  const url = new URL(urlSocket, location.href.replace(/^http/, "ws"));
  url.searchParams.set("room", roomId);
  if (cursor !== undefined) url.searchParams.set("after", String(cursor));
  if (cursor !== undefined && name) url.searchParams.set("history", name);
  url.searchParams.set("crowd", "1");

  const socket = new WebSocket(url);
  /** @type {MessageEvent[]} */
  const frames = [];
  socket.onmessage = (event) => frames.push(event);
  const first = { socket, frames };
  window.firstSocket = first;
  setTimeout(() => {
    if (window.firstSocket !== first) return;
    window.firstSocket = undefined;
    socket.close();
  }, MAX_WAIT);
}
