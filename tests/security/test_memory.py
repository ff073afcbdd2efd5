"""Clients that send bad frames or read nothing cost little memory."""

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from chatsite.server.http import MAX_BODY
from tests.security.rawsocket import RawSocket
from tests.support.frames import client_frame
from tests.support.nginx import SHIPPED
from tests.support.workers import Site

SOCKETS = 6
MIB = 1024 * 1024


def memory(pid: int) -> int:
    """Bytes of real memory."""
    [line] = [x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in x]
    return int(line.split()[1]) * 1024


def half_a_frame(bad: RawSocket) -> None:
    """A frame of a mebibyte, but for its last byte."""
    bad.send(client_frame(b"x" * MIB, form=127)[:-1])


def fragments_without_end(bad: RawSocket) -> None:
    """A message in pieces that never ends: 2 MiB of them, unless the server hangs up before."""
    bad.send(client_frame(b"x" * 60_000, first=0x01))
    for _ in range(30):
        if not bad.send(client_frame(b"x" * 60_000, first=0x00)):
            break


def no_reading(bad: RawSocket) -> None:
    """Pages of the log are asked for, over and over, and none is read."""
    bad.socket.settimeout(0.5)
    for number in range(3000):
        ask = {"type": "page", "before": 1000, "limit": 100, "ref": f"{number}"}
        if not bad.send(client_frame(json.dumps(ask).encode())):
            break


def bad_frames(bad: RawSocket) -> None:
    """Nonsense as fast as it goes."""
    for _ in range(2000):
        if not bad.send(client_frame(b'{"type":' + b"[" * 30_000)):
            break


KINDS = [half_a_frame, fragments_without_end, no_reading, bad_frames]


async def test_bad_sockets_cost_little(site: Site) -> None:
    async with site.visitor("Eve") as eve, site.visitor("Ada") as ada:
        code = await eve.create()
        await ada.join(code)
        async with ada.socket(code) as room:
            await asyncio.gather(*(room.post("x" * 3900) for _ in range(100)))  # to be read
            for kind in KINDS:
                worst = await asyncio.to_thread(attack, site, eve, code, kind)
                print(f"{kind.__name__}: {worst / MIB:.2f} MiB a socket")
                assert worst < 10 * MIB, kind.__name__
            await room.post("the others go on")
            assert site.workers[0].ready()


def attack(site: Site, eve: object, code: str, kind: Callable[[RawSocket], None]) -> float:
    """Bytes of memory a socket costs the worker, at most, that does this."""
    pid = site.workers[0].pid
    before = highest = memory(pid)
    sockets: list[RawSocket] = []
    for _ in range(SOCKETS):
        sockets.append(RawSocket(eve, code))  # type: ignore[arg-type]
        kind(sockets[-1])
        highest = max(highest, memory(pid))
    for bad in sockets:
        bad.close()
    return (highest - before) / SOCKETS


# Forms --------------------------------------------------------------------------------------------


def test_the_web_server_in_front_takes_as_much_as_the_worker() -> None:
    template = (SHIPPED / "chat.conf.template").read_text()
    assert f"client_max_body_size {MAX_BODY // 1024}k;" in template


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_form_without_end_is_cut_off(site: Site, framing: str) -> None:
    """Not when all of it is on the disk, but as soon as it is too much."""
    worker = site.workers[0]
    with socket.create_connection(("127.0.0.1", worker.port), timeout=10) as line:
        length = f"Content-Length: {10 * 1024 * MIB}"
        head = length if framing == "length" else "Transfer-Encoding: chunked"
        line.sendall(f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{worker.port}\r\n{head}\r\n\r\n".encode())
        sent = 0
        if framing == "chunks":
            with suppress(OSError):
                for _ in range(400):
                    line.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                    sent += 0x10000
        answer = b""
        with suppress(ConnectionResetError):
            while more := line.recv(4096):
                answer += more
    if framing == "length":
        assert answer.startswith(b"HTTP/1.1 413 ")
    else:
        # The answer may be lost where it crosses what is still being sent.
        assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
        assert sent < 8 * MIB
    assert worker.ready()


def test_a_form_of_the_largest_size_is_read(site: Site) -> None:
    worker = site.workers[0]
    with socket.create_connection(("127.0.0.1", worker.port), timeout=10) as line:
        body = b"name=" + b"x" * (MAX_BODY - 5)
        line.sendall(
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{worker.port}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            "".encode()
            + body
        )
        assert line.recv(4096).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))


def test_nobody_but_the_server_says_where_the_site_is_mounted(site: Site) -> None:
    worker = site.workers[0]
    with socket.create_connection(("127.0.0.1", worker.port), timeout=10) as line:
        line.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{worker.port}\r\nConnection: close\r\n"
            "Daphne-Root-Path: //evil.example\r\n\r\n".encode()
        )
        answer = b""
        while more := line.recv(65536):
            answer += more
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"evil.example" not in answer
