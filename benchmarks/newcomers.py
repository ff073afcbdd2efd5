"""Newcomers who open a room's link: its page, the form, the room, the socket; print one line of JSON.

    python -m benchmarks.newcomers --way chat --port 8000 --pid PID

What they cost is given in units of the emptiest request, asked for in the same run, before and after
them. Then many come at once, while somebody in the room posts and waits to see it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import re
import time
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Protocol
from urllib.parse import urlencode

from benchmarks.costs import cpu_seconds
from benchmarks.websocket import HOST, PING, Opening, Refused, client_frame, frames, handshake, pong

STEPS = ("page", "form", "room", "socket")
_EMPTIEST = 300  # requests that tell what the emptiest one costs
_AT_A_TIME = 16
_PAUSE = 0.1  # seconds between two messages of the one who posts
_CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINK = re.compile(r"/rooms/([^/]+)/")


class Way(Protocol):
    """How a server is come into."""

    emptiest: str
    emptiest_page: str  # through all that a page goes through

    def link(self, code: str) -> str: ...

    def form(self, page: str, name: str, code: str) -> tuple[str, dict[str, str]]:
        """Return where the form is sent, and what with. Without a code it makes a room."""

    def opening(self, port: int, code: str, cookies: str) -> Opening: ...

    def post(self, number: int) -> bytes: ...

    def keep_alive(self, opcode: int, payload: bytes) -> bytes | None: ...


class ChatWay:
    """This project."""

    emptiest = "/healthz"
    emptiest_page = "/manifest.webmanifest"

    def link(self, code: str) -> str:
        return f"/rooms/{code}/" if code else "/"

    def form(self, page: str, name: str, code: str) -> tuple[str, dict[str, str]]:
        token = _CSRF_FIELD.search(page)
        button = {"join": "1"} if code else {"create": "1"}
        known = {"csrfmiddlewaretoken": token.group(1)} if token else {}
        return "/", {"name": name, "code": code} | button | known

    def opening(self, port: int, code: str, cookies: str) -> Opening:
        request = handshake(port, f"/ws/rooms/{code}/", {"Cookie": cookies})
        return Opening(request, [(b"", b'"welcome"')])

    def post(self, number: int) -> bytes:
        return client_frame(
            f'{{"type":"post","client_id":"{number}","body":"mark-{number}."}}'.encode()
        )

    def keep_alive(self, opcode: int, payload: bytes) -> bytes | None:
        return pong(payload) if opcode == PING else None


class PageWay:
    """The peer: a form for each room, answered with a cookie and the way back, and a page."""

    emptiest = emptiest_page = "/"

    def link(self, code: str) -> str:
        return f"/rooms/{code or 'ROOM'}/"

    def form(self, page: str, name: str, code: str) -> tuple[str, dict[str, str]]:
        return self.link(code), {"name": name}

    def opening(self, port: int, code: str, cookies: str) -> Opening:
        join = client_frame(f'42["join","{code}"]'.encode())
        request = handshake(port, "/socket.io/?EIO=4&transport=websocket", {"Cookie": cookies})
        return Opening(request, [(client_frame(b"40"), b"40{"), (join, b'42["joined"')])

    def post(self, number: int) -> bytes:
        return client_frame(f'42["chat","mark-{number}."]'.encode())

    def keep_alive(self, opcode: int, payload: bytes) -> bytes | None:
        if payload == b"2":  # Engine.IO's own ping
            return client_frame(b"3")
        return pong(payload) if opcode == PING else None


WAYS: dict[str, type[ChatWay] | type[PageWay]] = {"chat": ChatWay, "page": PageWay}


class Person:
    """Somebody's browser: cookies, and a connection for each request."""

    def __init__(self, way: Way, port: int, name: str) -> None:
        self.way, self.port, self.name = way, port, name
        self.cookies: dict[str, str] = {}
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Return status, Location and text. Raises Refused where there is no answer."""
        body = urlencode(form).encode() if form else b""
        site = f"http://{HOST}:{self.port}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{self.port}", "Connection: close"]
        lines += [f"Cookie: {self.cookie}", "Accept: text/html", f"Content-Length: {len(body)}"]
        lines += [f"Origin: {site}", f"Referer: {site}/"]
        lines += ["Content-Type: application/x-www-form-urlencoded"] if form else []
        reader, writer = await asyncio.open_connection(HOST, self.port)
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = await reader.read()
        writer.close()
        head, blank, text = answer.partition(b"\r\n\r\n")
        if not blank:
            raise Refused("no answer")
        first, *headers = head.decode("latin1").split("\r\n")
        location = ""
        for header in headers:
            name, _, value = header.partition(": ")
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
            elif name.lower() == "location":
                location = value
        return int(first.split(" ")[1]), location, text.decode(errors="replace")

    async def come(self, code: str) -> list[float]:
        """Come in by the link; return the moments before, between and after the steps."""
        moments = [time.perf_counter()]
        status, _, page = await self.ask("GET", self.way.link(code))
        moments.append(time.perf_counter())
        where, fields = self.way.form(page, self.name, code)
        status, location, _ = await self.ask("POST", where, fields)
        if status not in {302, 303}:
            raise Refused(f"the form gave {status}")
        moments.append(time.perf_counter())
        status, _, _ = await self.ask("GET", location)
        if status != 200:
            raise Refused(f"the room gave {status}")
        moments.append(time.perf_counter())
        self.code = _LINK.search(location).group(1)  # type: ignore[union-attr]
        await self._open_socket()
        moments.append(time.perf_counter())
        return moments

    async def _open_socket(self) -> None:
        opening = self.way.opening(self.port, self.code, self.cookie)
        self.reader, self.writer = await asyncio.open_connection(HOST, self.port)
        self.writer.write(opening.request)
        while not opening.done:
            data = await self.reader.read(65536)
            if not data:
                raise Refused("closed before the socket was in its room")
            if answer := opening.feed(data):
                self.writer.write(answer)
        self.rest = opening.rest

    async def listen(self, seen: dict[bytes, float] | None = None) -> None:
        """Read for ever, as a page does; note when each mark came."""
        buffer = self.rest
        while data := await self.reader.read(1 << 18):
            buffer += data
            end = 0
            for opcode, body, end in frames(buffer):
                payload = buffer[body:end]
                if answer := self.way.keep_alive(opcode, payload):
                    self.writer.write(answer)
                if seen is not None:
                    for mark in re.findall(rb'"mark-(\d+)\."', payload):
                        seen.setdefault(mark, time.perf_counter())
            buffer = buffer[end:]


@dataclass
class Coming:
    """Newcomers, `at_once` of them on their way at any time."""

    newcomers: int
    at_once: int
    per_s: float = 0.0
    last_in_s: float = 0.0
    cpu_ms_each: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    steps_p50_ms: dict[str, float] = field(default_factory=dict)
    posts: int = 0
    post_p50_ms: float = 0.0
    post_p99_ms: float = 0.0
    failed: int = 0
    failures: list[str] = field(default_factory=list)


class Measurement:
    def __init__(self, way: Way, port: int, pids: list[int]) -> None:
        self.way, self.port, self.pids = way, port, pids
        self.tasks: set[asyncio.Task[None]] = set()
        self._names = iter(range(1_000_000))

    async def run(self, *, newcomers: int, crowd: int) -> dict[str, object]:
        way = self.way
        before = await self.emptiest(way.emptiest), await self.emptiest(way.emptiest_page)
        steady = await self.coming(newcomers, _AT_A_TIME)
        after = await self.emptiest(way.emptiest), await self.emptiest(way.emptiest_page)
        emptiest, page = ((x + y) / 2 for x, y in zip(before, after, strict=True))
        at_once = await self.coming(crowd, crowd)
        return {
            "emptiest_ms": round(emptiest, 3),
            "page_ms": round(page, 3),
            "ratio": round(steady.cpu_ms_each / emptiest, 1),
            "ratio_to_page": round(steady.cpu_ms_each / page, 1),
            "steady": asdict(steady),
            "at_once": asdict(at_once),
        }

    async def emptiest(self, path: str) -> float:
        """Return ms of CPU that a request for this costs, asked for as newcomers come."""
        asking = Person(self.way, self.port, "")
        began = cpu_seconds(self.pids)
        for _ in range(0, _EMPTIEST, _AT_A_TIME):
            some = [asking.ask("GET", path) for _ in range(_AT_A_TIME)]
            await asyncio.gather(*some)
        count = -(-_EMPTIEST // _AT_A_TIME) * _AT_A_TIME
        return (cpu_seconds(self.pids) - began) / count * 1000

    async def coming(self, newcomers: int, at_once: int) -> Coming:
        """A new room, somebody in it who posts, and newcomers."""
        # In a process of its own: what the newcomers keep their process busy with is no delay.
        ours, theirs = multiprocessing.Pipe()
        speaker = multiprocessing.get_context("spawn").Process(
            target=_speak, args=(type(self.way), self.port, theirs)
        )
        speaker.start()
        code = await asyncio.to_thread(ours.recv)
        places, took, result = (
            asyncio.Semaphore(at_once),
            list[list[float]](),
            Coming(newcomers, at_once),
        )

        async def one() -> None:
            person = Person(self.way, self.port, f"Newcomer {next(self._names)}")
            async with places:
                try:
                    took.append(await person.come(code))
                except (OSError, Refused) as error:
                    result.failed += 1
                    result.failures = [*result.failures, str(error)][:3]
                    return
            self._start(person.listen())

        cpu, began = cpu_seconds(self.pids), time.perf_counter()
        await asyncio.gather(*(one() for _ in range(newcomers)))
        wall = time.perf_counter() - began
        result.cpu_ms_each = round((cpu_seconds(self.pids) - cpu) / newcomers * 1000, 2)
        ours.send("enough")
        delays = await asyncio.to_thread(ours.recv)
        speaker.join()
        result.last_in_s, result.per_s = round(wall, 2), round(newcomers / wall, 1)
        whole = [moments[-1] - moments[0] for moments in took]
        result.p50_ms, result.p99_ms = _percentile(whole, 50), _percentile(whole, 99)
        for number, step in enumerate(STEPS):
            result.steps_p50_ms[step] = _percentile([m[number + 1] - m[number] for m in took], 50)
        result.posts = len(delays)
        result.post_p50_ms, result.post_p99_ms = _percentile(delays, 50), _percentile(delays, 99)
        return result

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _speak(way: type[Way], port: int, pipe: Connection) -> None:
    """Make a room, tell its code, post until told to stop, and tell how long each message took.

    From just before it is written until another member has read it.
    """

    async def speak() -> None:
        speaker, hearer = Person(way(), port, "Speaker"), Person(way(), port, "Hearer")
        await speaker.come("")
        await hearer.come(speaker.code)
        sent: dict[bytes, float] = {}
        seen: dict[bytes, float] = {}
        listening = [
            asyncio.ensure_future(p.listen(s)) for p, s in ((speaker, None), (hearer, seen))
        ]
        pipe.send(speaker.code)
        while not pipe.poll():
            mark = b"%d" % len(sent)
            sent[mark] = time.perf_counter()
            speaker.writer.write(speaker.way.post(len(sent) - 1))
            await asyncio.sleep(_PAUSE)
        await asyncio.sleep(1)  # for what was said last
        missing = time.perf_counter()
        pipe.send([seen.get(mark, missing) - at for mark, at in sent.items()])
        for task in listening:
            task.cancel()

    asyncio.run(speak())


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values) or [0.0]
    return round(ordered[(len(ordered) - 1) * percent // 100] * 1000, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=sorted(WAYS), required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, action="append", required=True)
    parser.add_argument("--newcomers", type=int, default=200)
    parser.add_argument("--crowd", type=int, default=500)
    options = parser.parse_args()
    measurement = Measurement(WAYS[options.way](), options.port, options.pid)
    run = measurement.run(newcomers=options.newcomers, crowd=options.crowd)
    print(json.dumps(asyncio.run(run)))


if __name__ == "__main__":
    main()
