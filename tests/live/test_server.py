"""The server as a process: how it stops, which readers it cuts off, in what order it writes."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, unix_connect

from chatsite.server.command_line import raise_file_limit
from tests.live.serverproc import PATIENCE, RawClient, ToyServer
from tests.support.frames import client_frame
from tests.support.processes import ProcessFailed

Start = Callable[..., ToyServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with flags and, as keywords, environment variables."""
    with ExitStack() as stack:
        yield lambda *flags, **options: stack.enter_context(ToyServer(tmp_path, *flags, **options))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToyServer]:
    """One for the tests that leave it as it was."""
    with ToyServer(tmp_path_factory.mktemp("server")) as server:
        yield server


def close_code(client: ClientConnection) -> int | None:
    """Return the code that the server closes with; frames before that are skipped."""
    with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012
        while True:
            client.recv(timeout=PATIENCE)
    return closed.value.rcvd and closed.value.rcvd.code


# Stopping -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_the_server(start: Start, number: int) -> None:
    server = start()
    plain, direct = server.open("/echo"), server.open("/direct")
    slow, kept = server.http(), server.http()
    kept.request("GET", "/readyz")
    assert kept.getresponse().read() == b'""'
    slow.request("GET", "/slow")
    server.wait_for("toy: slow")

    server.signal(number)
    server.wait_for("draining")
    kept.request("GET", "/readyz")
    ready = kept.getresponse()
    assert (ready.status, ready.headers["Connection"]) == (503, "close")
    assert close_code(plain) == 4000
    assert close_code(direct) == 4000
    response = slow.getresponse()
    assert (response.status, response.read()) == (200, b'"at last"')
    assert server.wait() == 0
    log = server.log
    # The application hears of each socket's end, and then of the server's.
    assert log.count("toy: disconnected 4000") == 2
    assert log.rindex("toy: disconnected") < log.index("toy: stopped")
    assert "Traceback" not in log


def test_readiness_fails_while_the_port_is_still_open(start: Start) -> None:
    server = start(CHAT_DRAIN_DELAY="1")
    client = server.open("/echo")
    server.signal()
    server.wait_for("draining")
    assert server.get("/readyz") == (503, "SIGTERM")
    with pytest.raises(InvalidStatus) as refused:
        server.open("/echo")
    assert refused.value.response.status_code == 503
    client.send("still here")
    assert client.recv() == "still here"
    assert close_code(client) == 4000
    with pytest.raises(ConnectionRefusedError):
        server.get("/readyz")
    assert server.wait() == 0


def test_a_handshake_under_way_is_refused_when_the_server_drains(start: Start) -> None:
    server = start()
    undecided = RawClient(server.port, "/undecided")
    server.wait_for("toy: undecided")
    server.signal()
    assert undecided.read(12) == b"HTTP/1.1 503"
    assert server.wait() == 0


def test_idle_kept_alive_connections_do_not_hold_up_the_exit(start: Start) -> None:
    server = start()
    kept = server.http()
    kept.request("GET", "/readyz")
    kept.getresponse().read()
    began = time.monotonic()
    server.signal()
    assert kept.sock.recv(1) == b""
    assert server.wait() == 0
    assert time.monotonic() - began < 5


def test_connections_that_are_not_accepted_yet_are_answered(start: Start) -> None:
    raise_file_limit()  # of the clients here
    server = start()
    server.process.pause()
    waiting = [server.http() for _ in range(1000)]  # Twisted accepts 100 at a time
    for connection in waiting:
        connection.request("GET", "/readyz")
    server.signal()
    server.process.resume()
    assert {connection.getresponse().status for connection in waiting} <= {200, 503}
    assert server.wait() == 0


def test_connections_that_do_not_end_are_ended_after_the_drain_timeout(start: Start) -> None:
    server = start(CHAT_DRAIN_TIMEOUT="0.5")
    hanging = server.http()
    hanging.request("GET", "/hang")
    server.wait_for("toy: hanging")
    server.signal()
    assert server.wait() == 0
    assert "toy: stopped" in server.log


def test_a_second_signal_stops_at_once(start: Start) -> None:
    server = start(CHAT_DRAIN_TIMEOUT="60")
    hanging = server.http()
    hanging.request("GET", "/hang")
    server.wait_for("toy: hanging")
    server.signal()
    server.wait_for("draining")
    began = time.monotonic()
    server.signal(signal.SIGINT)
    assert server.wait() == 1
    assert time.monotonic() - began < 3


def test_sockets_without_a_task_are_closed_as_well(start: Start) -> None:
    server = start()
    client = server.open("/leave-callbacks")
    client.send("anyone there?")
    assert client.recv() == "anyone there?"
    server.signal()
    assert close_code(client) == 4000
    assert server.wait() == 0
    assert "toy: closed 4000" in server.log


# Starting -----------------------------------------------------------------------------------------


def test_the_application_is_started_before_the_port_opens(server: ToyServer) -> None:
    assert server.log.index("toy: started") < server.log.index("Listening")


def test_a_failed_startup_ends_the_server_with_the_reason(tmp_path: Path) -> None:
    server = ToyServer(tmp_path, TOY_LIFESPAN="fails")
    with pytest.raises(ProcessFailed, match=r"Ended with 1(.|\n)*cannot start: no database"):
        server.process.start()
    assert "Listening" not in server.log


def test_an_application_without_lifespan_is_served(start: Start) -> None:
    server = start(TOY_LIFESPAN="unknown")
    assert server.get("/readyz") == (200, "")
    server.signal()
    assert server.wait() == 0


def test_a_port_in_use_ends_the_server(server: ToyServer, tmp_path: Path) -> None:
    second = ToyServer(tmp_path, listen=("--port", str(server.port)))
    with pytest.raises(ProcessFailed, match="Ended with 1"):
        second.process.start()
    assert "toy: stopped" in second.log


def test_daphnes_other_ways_to_listen(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    server = start(listen=("-u", str(path)), ready="toy: started")
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with unix_connect(str(path), "ws://localhost/direct", legacy=True) as client:
        client.send("hello")
        assert client.recv() == "hello"
        server.signal()
        assert close_code(client) == 4000
    assert server.wait() == 0
    assert not path.exists()


def test_a_proxy_says_who_the_client_is(start: Start) -> None:
    server = start("--proxy-headers")
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    described = json.loads(server.open("/describe", additional_headers=headers).recv())
    assert described["client"] == ["192.0.2.7", 0]
    assert described["scheme"] == "wss"


def test_an_undeclared_proxy_is_warned_of_once(start: Start) -> None:
    server, told = start(), start("--proxy-headers")
    for each in (server, told):
        for _ in range(3):
            each.open("/describe", additional_headers={"X-Forwarded-For": "192.0.2.7"}).close()
    assert server.log.count("--proxy-headers is not set") == 1
    assert "--proxy-headers" not in told.log


def test_a_site_below_a_path_is_refused_at_the_start(tmp_path: Path) -> None:
    server = ToyServer(tmp_path, "--root-path", "/chat")
    with pytest.raises(ProcessFailed, match=r"Ended with 2(.|\n)*--root-path is not supported"):
        server.process.start()


def test_the_server_does_not_name_its_software(server: ToyServer) -> None:
    connection = server.http()
    connection.request("GET", "/readyz")
    assert connection.getresponse().headers["Server"] is None
    assert server.open("/echo").response.headers.get("Server") is None
    assert b"Daphne" not in server.get("/silent")[1]


def test_plain_daphne_serves_the_same_application(start: Start) -> None:
    server = start(module="daphne")
    client = server.open("/echo")
    client.send("hello")
    assert client.recv() == "hello"
    assert json.loads(server.open("/describe").recv())["extensions"] == []


# The application fails ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/fail", "/silent"])
def test_a_request_without_an_answer_gets_500(server: ToyServer, path: str) -> None:
    assert server.get(path)[0] == 500


@pytest.mark.parametrize("path", ["/fail", "/silent"])
def test_an_unanswered_handshake_is_refused(server: ToyServer, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        server.open(path)
    assert refused.value.response.status_code == 500


def test_a_socket_whose_application_fails_is_closed_with_1011(server: ToyServer) -> None:
    assert close_code(server.open("/fail-late")) == 1011
    client = server.open("/direct")
    client.send("fail")
    assert close_code(client) == 1011


# Receiving ----------------------------------------------------------------------------------------


def test_messages_of_all_kinds_reach_the_callback_in_order(server: ToyServer) -> None:
    with server.open("/direct") as client:
        client.send(["fra", "gmen", "ted"])
        client.send("whole")
        client.ping()
        client.send(b"bytes")
        client.send("größer")
        client.send("x" * 70_000)
        got = [client.recv(timeout=PATIENCE) for _ in range(5)]
    assert got == ["fragmented", "whole", "binary", "größer", "x" * 70_000]


def test_messages_from_before_the_callback_stay_in_the_queue(server: ToyServer) -> None:
    with server.open_raw("/late-callback") as client:
        client.socket.sendall(b"".join(map(client_frame, (b"a", b"b", b"c"))))
        assert client.frame() == (0x81, b"set")
        client.send(b"d")
        assert sorted([client.frame()[1], client.frame()[1]]) == [b"a b c", b"called d"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"payload": b"x" * (1024 * 1024 + 1)}, 1009),
        ({"payload": b"\xff"}, 1007),
        ({"payload": b"hello", "key": None}, 1002),
        ({"payload": b"hello", "first": 0x83}, 1002),
    ],
)
def test_a_client_that_breaks_the_rules_is_told_so(
    server: ToyServer, frame: dict[str, object], code: int
) -> None:
    with server.open_raw("/direct") as client:
        client.send(**frame)
        first, payload = client.frame()
        assert (first, payload[:2]) == (0x88, code.to_bytes(2, "big"))


def test_an_application_that_closed_gets_no_more_messages(server: ToyServer) -> None:
    with server.open_raw("/direct") as client:
        client.socket.sendall(client_frame(b"close") + client_frame(b"hello"))
        first, payload = client.frame()
        assert (first, payload) == (0x88, (4321).to_bytes(2, "big") + b"asked to")


@pytest.mark.parametrize("path", ["/echo", "/direct"])
def test_frames_sent_before_the_handshake_is_answered_are_not_lost(
    server: ToyServer, path: str
) -> None:
    with server.open_raw(path, early=client_frame(b"one") + client_frame(b"two")) as client:
        client.send(b"three")
        assert [client.frame()[1] for _ in range(3)] == [b"one", b"two", b"three"]


def test_a_flood_before_the_handshake_is_answered_is_dropped(server: ToyServer) -> None:
    client = RawClient(server.port, "/undecided")
    with pytest.raises(OSError, match=r"reset|Broken"):  # noqa: PT012
        for _ in count():
            client.socket.sendall(bytes(10_000))


# Sending ------------------------------------------------------------------------------------------


def test_all_ways_of_sending_keep_their_order(server: ToyServer) -> None:
    with server.open_raw("/interleave") as client:
        client.send(b"go")
        waiting = int(server.wait_for(r"toy: waiting (\d+)").group(1))
        assert waiting > 300_000  # it did not all fit
        for number in range(300):
            first, payload = client.frame()
            assert (first, payload.split()[0], len(payload)) == (0x81, b"%d" % number, 2000)


def test_a_reader_is_not_cut_for_a_long_story_that_is_drained(server: ToyServer) -> None:
    with server.open("/long-story", max_queue=1) as client:
        assert sum(len(message) for message in client) == 64 * 65536
    assert client.close_code == 1000


def test_a_reader_that_stops_is_cut_and_the_others_go_on(start: Start) -> None:
    server = start()
    with (
        server.open_raw("/broadcast") as stuck,
        server.open_raw("/broadcast") as late,
        server.open("/broadcast", max_size=None) as reader,
    ):
        before = server.get("/figures")[1]
        reader.send("go")
        began = time.monotonic()
        for number in range(60):
            assert str(reader.recv(timeout=PATIENCE)).startswith(f"{number} ")
        _, after = server.get("/figures")
        assert after["cut"] == 2
        # Of 6 MB that were sent to each, next to nothing is kept: a frame and what came with it.
        assert max(after["buffered"]) < 300_000
        assert after["peak_kib"] - before["peak_kib"] < 10_000

        # A client that reads after all finds whole frames, then the reason.
        for number in count():
            first, payload = late.frame()
            if first == 0x88:
                break
            assert (first, payload.split()[0]) == (0x81, b"%d" % number)
        assert payload[:2] == (4001).to_bytes(2, "big")
        assert stuck.is_aborted(within=began + 7 - time.monotonic())
        reader.send("go")
        assert str(reader.recv(timeout=PATIENCE)).startswith("0 ")


# Silence ------------------------------------------------------------------------------------------


def test_a_vanished_client_is_dropped_and_a_quiet_one_is_not(start: Start) -> None:
    server = start("--ping-interval", "1", "--ping-timeout", "1")
    with server.open_raw("/direct") as gone, server.open("/direct") as quiet:
        assert gone.frame() == (0x89, b"")
        assert gone.is_aborted(within=10)
        server.wait_for("toy: disconnected 1006")
        quiet.send("still here")
        assert quiet.recv(timeout=PATIENCE) == "still here"


def test_a_socket_open_for_too_long_is_told_to_come_back(start: Start) -> None:
    server = start("--websocket_timeout", "1")
    assert close_code(server.open("/direct")) == 4000
