"""Requests that dribble in and answers that nobody reads: neither holds much, or for long."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.live.serverproc import PATIENCE, ToyServer
from tests.live.toyapps import PART, PARTS


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToyServer]:
    directory = tmp_path_factory.mktemp("server")
    with ToyServer(directory, module="tests.live.impatient") as server:
        yield server


def connect(server: ToyServer, sent: bytes) -> socket.socket:
    """A connection with little room for what it does not read."""
    line = socket.socket()
    line.settimeout(PATIENCE)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    line.sendall(sent)
    return line


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: localhost", *headers, "\r\n"]).encode()


def read_all(line: socket.socket) -> bytes:
    answer = b""
    while more := line.recv(1 << 20):
        answer += more
    return answer


def poured(server: ToyServer) -> int:
    """How many parts were written, once it is no more for a while."""
    count, before = -1, -2
    while count != before:
        time.sleep(0.2)
        count, before = server.get("/figures")[1]["poured"], count
    return count


def ends(line: socket.socket, *, within: float) -> bool:
    """Whether the server ends the connection in this time. Reads nothing until then."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return True
        time.sleep(0.02)
    return False


def test_an_answer_is_written_as_it_is_read_and_its_reader_may_be_slow(server: ToyServer) -> None:
    before = server.get("/figures")[1]["peak_kib"]
    with connect(server, get("/pour", "Connection: close")) as line:
        # The kernels buffer some of it; the rest is not even made.
        assert 0 < poured(server) < PARTS // 4
        began = time.monotonic()
        answer = b""
        while time.monotonic() < began + 6:  # three times as long as who takes nothing has
            answer += line.recv(2048)
            time.sleep(0.1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        answer += read_all(line)
    assert len(answer.partition(b"\r\n\r\n")[2]) == PARTS * len(PART)
    assert server.get("/figures")[1]["peak_kib"] - before < 10_000


def test_a_client_that_takes_nothing_is_cut_off(server: ToyServer) -> None:
    with connect(server, get("/pour")) as line:
        assert ends(line, within=10)
    server.wait_for("Cut off a reader")


def test_the_end_of_an_answer_is_not_lost_on_a_slow_reader(server: ToyServer) -> None:
    with connect(server, get("/pour?2", "Connection: close")) as line:
        time.sleep(5)
        assert len(read_all(line).partition(b"\r\n\r\n")[2]) == 2 * len(PART)


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HT", get("/")[:-4], get("/readyz") + get("/")[:-4],
     b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"],
    ids=["nothing", "a line", "headers", "headers of the second", "a body"],
)  # fmt: skip
def test_a_request_that_dribbles_in_is_given_up(server: ToyServer, begun: bytes) -> None:
    began = time.monotonic()
    with connect(server, begun) as line:
        line.settimeout(0.3)
        while time.monotonic() < began + 10 and is_open(line):
            with suppress(ConnectionError):
                line.sendall((b"x: y\r\n" if begun.endswith(b"st") else b"x") if begun else b"")
        assert 1 < time.monotonic() - began < 8


def is_open(line: socket.socket) -> bool:
    """Whether the server has not hung up; takes a moment to look."""
    try:
        return line.recv(4096) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def test_a_connection_that_is_kept_alive_may_be_idle(server: ToyServer) -> None:
    kept = server.http()
    for _ in range(2):
        kept.request("GET", "/readyz")
        assert kept.getresponse().read() == b'""'
        time.sleep(3)
    assert kept.sock is not None
