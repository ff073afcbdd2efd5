"""ASGI applications that do one thing each, for trying the server without the site around it."""

import asyncio
import json
import os
import resource
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from chatsite.server.framing import text_frame
from chatsite.server.lifecycle import draining, stats
from chatsite.server.unsent import carrier

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

EXTENSION = "chat.socket"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["type"], scope.get("path"):
        case "lifespan", _:
            await lifespan(receive, send)
        case "http", path:
            await HTTP.get(path, missing)(scope, receive, send)
        case "websocket", path:
            await WEBSOCKET[path](scope, receive, send)


async def lifespan(receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "lifespan.startup"
    match os.environ.get("TOY_LIFESPAN"):
        case "fails":
            await send({"type": "lifespan.startup.failed", "message": "no database"})
            return
        case "unknown":
            raise ValueError("what is a lifespan?")
    say("started")
    await send({"type": "lifespan.startup.complete"})
    assert (await receive())["type"] == "lifespan.shutdown"
    say("stopped")
    await send({"type": "lifespan.shutdown.complete"})


def say(text: str) -> None:
    print(f"toy: {text}", flush=True)


# HTTP ---------------------------------------------------------------------------------------------


async def answer(send: Send, body: Any, status: int = 200) -> None:
    content = json.dumps(body).encode()
    headers = [(b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def missing(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(send, "?", 404)


async def ready(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(send, draining.reason, 503 if draining else 200)


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers when the server drains, which is a while after it was asked."""
    say("slow")
    while not draining:  # noqa: ASYNC110 - the flag is a plain one
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    await answer(send, "at last")


async def hang(scope: Scope, receive: Receive, send: Send) -> None:
    say("hanging")
    await asyncio.Event().wait()


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("asked to")


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    """Returns without an answer."""


PARTS = 1000
PART = b"x" * 65536
poured = 0


async def pour(scope: Scope, receive: Receive, send: Send) -> None:
    """A long answer, as fast as it may be given; of as many parts as the query says."""
    global poured
    count = int(scope["query_string"] or PARTS)
    headers = [(b"content-length", b"%d" % (count * len(PART)))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(1, count + 1):
        await send({"type": "http.response.body", "body": PART, "more_body": number < count})
        poured = number


async def figures(scope: Scope, receive: Receive, send: Send) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held = [member.buffered for member in room]
    counts = {"cut": stats.slow_readers_cut, "poured": poured}
    await answer(send, {**counts, "peak_kib": memory, "buffered": held})


HTTP = {
    "/fail": fail,
    "/figures": figures,
    "/hang": hang,
    "/pour": pour,
    "/readyz": ready,
    "/silent": silent,
    "/slow": slow,
}

# WebSockets ---------------------------------------------------------------------------------------

room: list[Any] = []


def small_kernel_buffer(direct: Any) -> None:
    """The kernel takes megabytes for a reader that does not read: what waits is to wait with us."""
    carrier(direct._transport).socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing but ASGI, as on any server."""
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        event["type"] = "websocket.send"
        await send(event)
    say(f"disconnected {event['code']}")


async def direct_echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers from inside the server's read."""
    direct = scope["extensions"][EXTENSION]
    await receive()

    def on_message(payload: bytes, is_binary: bool) -> None:
        match payload:
            case b"fail":
                raise ValueError("asked to")
            case b"close":
                direct.close(4321, "asked to")
        direct.write(direct.frame(b"binary" if is_binary else payload))

    direct.on_message(on_message)
    await send({"type": "websocket.accept"})
    say(f"disconnected {(await receive())['code']}")


async def late_callback(scope: Scope, receive: Receive, send: Send) -> None:
    """Lets three messages wait in the queue before it sets the callback."""
    direct = scope["extensions"][EXTENSION]
    await receive()
    await send({"type": "websocket.accept"})
    queued = [(await receive())["text"]]
    await asyncio.sleep(0.05)  # the other two came in the same read
    direct.on_message(lambda payload, _: direct.write(text_frame(b"called " + payload)))
    await send({"type": "websocket.send", "text": "set"})
    queued += [(await receive())["text"], (await receive())["text"]]
    await send({"type": "websocket.send", "text": " ".join(queued)})
    await receive()
    direct.on_message(None)


async def interleave(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends 0 to 299, by the three ways in turn, faster than they are read."""
    direct = scope["extensions"][EXTENSION]
    await receive()
    await send({"type": "websocket.accept"})
    small_kernel_buffer(direct)
    await receive()
    for number in range(0, 300, 4):
        one, two, three, four = (f"{number + i} ".ljust(2000, "x") for i in range(4))
        direct.write(text_frame(one.encode()))
        await send({"type": "websocket.send", "text": two})
        direct.writelines([text_frame(three.encode()), text_frame(four.encode())])
    say(f"waiting {direct.buffered}")
    await receive()


async def long_story(scope: Scope, receive: Receive, send: Send) -> None:
    """Sends 4 MiB to whoever reads them, without being cut."""
    direct = scope["extensions"][EXTENSION]
    await receive()
    await send({"type": "websocket.accept"})
    small_kernel_buffer(direct)
    for _ in range(64):
        direct.write(text_frame(b"x" * 65536))
        await direct.drain()
    direct.close(1000)
    await receive()


async def broadcast(scope: Scope, receive: Receive, send: Send) -> None:
    """A client that sends "go" has 60 frames of 100,000 bytes sent to everyone."""
    direct = scope["extensions"][EXTENSION]
    await receive()
    await send({"type": "websocket.accept"})
    small_kernel_buffer(direct)
    room.append(direct)
    try:
        while (await receive())["type"] == "websocket.receive":
            for number in range(60):
                frame = text_frame(f"{number} ".ljust(100_000, "x").encode())
                for member in room:
                    member.write(frame)
                await direct.drain()
                await asyncio.sleep(0)
    finally:
        room.remove(direct)


async def leave_callbacks(scope: Scope, receive: Receive, send: Send) -> None:
    """Returns and leaves the socket open: no task is behind it any more."""
    direct = scope["extensions"][EXTENSION]
    await receive()
    direct.on_message(lambda payload, _: direct.write(direct.frame(payload)))
    direct.on_close(lambda code: say(f"closed {code}"))
    await send({"type": "websocket.accept"})


async def fail_late(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    raise ValueError("asked to")


async def undecided(scope: Scope, receive: Receive, send: Send) -> None:
    """Never answers the handshake."""
    say("undecided")
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def describe(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells what its scope says of the client."""
    await receive()
    await send({"type": "websocket.accept"})
    known = {key: scope.get(key) for key in ("client", "scheme")}
    known["extensions"] = list(scope.get("extensions", ()))
    await send({"type": "websocket.send", "text": json.dumps(known)})
    await send({"type": "websocket.close"})


WEBSOCKET: dict[str | None, Callable[[Scope, Receive, Send], Awaitable[None]]] = {
    "/broadcast": broadcast,
    "/describe": describe,
    "/direct": direct_echo,
    "/echo": echo,
    "/fail": fail,
    "/fail-late": fail_late,
    "/interleave": interleave,
    "/late-callback": late_callback,
    "/leave-callbacks": leave_callbacks,
    "/long-story": long_story,
    "/silent": silent,
    "/undecided": undecided,
}
