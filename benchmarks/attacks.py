"""Attacks of one visitor on a worker, each as a process: `benchmarks.neighbours` measures what others notice."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from urllib.parse import quote, urlencode

from benchmarks.dialects import FrontPage
from benchmarks.websocket import HOST, Opening, client_frame, handshake, open_socket

# The attacker's own address: limits by address are not to hold back those who are measured. Each attack
# has another, and finds full buckets; it has a process of its own, where `begin` sets it.
ADDRESS = ""
PING = 0x89
LIGATURE = "\ufdfa"  # 18 letters when it is folded
MARKS = "a" + "\u0315\u0300" * 1999
WORDS = [f"word{number:03}" for number in range(400)]


class Visitor:
    """A guest of the attacker's with a room of their own."""

    def __init__(self, port: int, name: str) -> None:
        self.port = port
        self.cookie, self.code = FrontPage(port, source=ADDRESS).enter(name=name)
        self.token = dict(part.split("=", 1) for part in self.cookie.split("; "))["csrftoken"]

    def socket(self) -> socket.socket:
        request = handshake(self.port, f"/ws/rooms/{self.code}/", {"Cookie": self.cookie})
        return open_socket(self.port, Opening(request, [(b"", b'"welcome"')]), source=ADDRESS)

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> int:
        """The status; the answer is read."""
        connection = http.client.HTTPConnection(
            HOST, self.port, timeout=60, source_address=(ADDRESS, 0)
        )
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.token, "Accept-Encoding": "gzip"}
        if form is not None:
            site = f"http://{HOST}:{self.port}"
            headers |= {"Origin": site, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(form) if form else None, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def say(self, bodies: Iterable[str]) -> None:
        """Post, and read what is answered until it is all there."""
        with self.socket() as line:
            frames = [_post(f"{number}", body) for number, body in enumerate(bodies)]
            threading.Thread(target=line.sendall, args=(b"".join(frames),), daemon=True).start()
            answered, rest = 0, b""
            line.settimeout(10)
            while answered < len(frames) and (data := line.recv(1 << 20)):
                rest += data
                answered += rest.count(b'"ack"') + rest.count(b'"error"')
                rest = rest[-4:]  # shorter than either, of which one may be cut in two


def _post(client_id: str, body: str) -> bytes:
    frame = {"type": "post", "client_id": client_id, "body": body}
    return client_frame(json.dumps(frame, ensure_ascii=False).encode())


def _pour(line: socket.socket, frame: bytes) -> None:
    """Send a frame over and over as fast as TCP takes it, and read what comes."""
    line.setblocking(False)
    rest = block = frame * max(1, 60_000 // len(frame))
    while True:
        readable, writable, _ = select.select([line], [line], [])
        if writable:
            rest = rest[line.send(rest) :] or block
        if readable and not line.recv(1 << 20):
            return


def _repeat(work: Callable[[], object]) -> None:
    while True:
        with suppress(OSError, http.client.HTTPException):
            work()


def _at_once(work: Iterable[Callable[[], None]]) -> None:
    for each in work:
        threading.Thread(target=each, daemon=True).start()


FRAMES = {
    "read": client_frame(b'{"type": "read", "seq": 1, "ref": "r"}'),
    "edit": client_frame(b'{"type": "edit", "seq": 2, "body": "other", "ref": "r"}'),
    "react": client_frame('{"type": "react", "seq": 2, "emoji": "👍", "on": true}'.encode()),
    "typing": client_frame(b'{"type": "typing"}'),
    "page": client_frame(b'{"type": "page", "before": 100, "limit": 100, "ref": "r"}'),
    "ping": client_frame(b"", PING),
}


def frames(kind: str) -> Callable[[int], None]:
    """The same valid frame on six sockets of one person."""

    def attack(port: int) -> None:
        eve = Visitor(port, "Eve")
        eve.say(["something to be edited"])
        sockets = [eve.socket() for _ in range(6)]
        _at_once(partial(_pour, line, FRAMES[kind]) for line in sockets)

    return attack


def swelling(body: str) -> Callable[[int], None]:
    """Posts that are long when they are folded, of ten guests, as many as they may at once."""

    def attack(port: int) -> None:
        guests = [Visitor(port, f"Eve {number}") for number in range(10)]
        sockets = [guest.socket() for guest in guests]
        posts = [b"".join(_post(f"{n}", body) for n in range(100)) for _ in guests]
        _at_once(partial(line.sendall, data) for line, data in zip(sockets, posts, strict=True))

    return attack


def searches(port: int) -> None:
    """Nineteen words, each of them in long messages of one's own, on eight connections."""
    eve = Visitor(port, "Eve")
    eve.say((" ".join(WORDS))[:3900] for _ in range(52))
    path = "/history/?q=" + quote(" ".join(WORDS[:19]))
    _at_once([lambda: _repeat(lambda: eve.request("GET", path))] * 8)


def passcodes(port: int) -> None:
    """A room's owner sets its passcode on twelve connections."""
    eve = Visitor(port, "Eve")
    path = f"/rooms/{eve.code}/manage/settings/"
    form = {"title": "", "slow_mode": "0", "grace": "3600", "passcode": "sesame"}
    _at_once([lambda: _repeat(lambda: eve.request("POST", path, form))] * 12)


def downloads(port: int) -> None:
    """Twelve downloads, asked for again and again by six guests, none of which is read."""
    guests = [Visitor(port, f"Eve {number}") for number in range(6)]
    for guest in guests:
        guest.say(["\U0001f600" * 3900 for _ in range(100)])

    def ask(guest: Visitor, path: str) -> None:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.bind((ADDRESS, 0))
        line.connect((HOST, port))
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {guest.cookie}\r\n\r\n".encode()
        )
        time.sleep(2)
        unread.append(line)  # it stays open

    unread: list[socket.socket] = []
    _at_once(
        partial(_repeat, partial(ask, guest, path))
        for guest in guests
        for path in ("/history/export/?format=html", "/account/data/")
    )


def forms(port: int) -> None:
    """A name of 258 KB that is dear to normalise, on eight connections."""
    eve = Visitor(port, "Eve")
    form = {"name": "\u0315\u0300" * 64_500, "code": "", "create": ""}
    _at_once([lambda: _repeat(lambda: eve.request("POST", "/", form))] * 8)


def dribble(port: int) -> None:
    """Five hundred requests whose heads never end."""
    lines = []
    for _ in range(500):
        line = socket.create_connection((HOST, port), source_address=(ADDRESS, 0))
        line.sendall(b"GET / HTTP/1.1\r\n")
        lines.append(line)

    def go_on() -> None:
        for line in lines:
            with suppress(OSError):
                line.sendall(b"x: y\r\n")
        time.sleep(5)

    _at_once([lambda: _repeat(go_on)])


# Each begins, and returns when it is prepared. Its threads go on until its process is ended.
ATTACKS: dict[str, Callable[[int], None]] = {
    **{f"six sockets: {kind}": frames(kind) for kind in FRAMES},
    "posts of 4,000 ligatures": swelling(LIGATURE * 3900),
    "posts of combining marks": swelling(MARKS[:3900]),
    "posts of many @names": swelling("@Eve " * 780),
    "searches for 19 words": searches,
    "passcodes on twelve": passcodes,
    "downloads nobody reads": downloads,
    "long form fields": forms,
    "500 dribbling requests": dribble,
}


def begin(attack: str, port: int) -> None:
    """Begin to attack the worker at a port, from an address that no other attack has."""
    global ADDRESS
    ADDRESS = f"127.0.1.{1 + list(ATTACKS).index(attack)}"
    ATTACKS[attack](port)
