"""Every frame of a socket counts, and a socket that owes something is not read."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from chatsite.server import pacing
from chatsite.server.pacing import FRAMES_A_TURN
from rooms.limits import Intake, Limiter, Rate, intake
from tests.support.frames import client_frame
from tests.unit.test_websocket import open_protocol

KINDS = {
    "texts": [client_frame(b"{}")],
    "bytes": [client_frame(b"{}", first=0x82)],
    "pings": [client_frame(b"", first=0x89)],
    "pongs": [client_frame(b"", first=0x8A)],
    "a text and a ping": [client_frame(b"{}"), client_frame(b"", first=0x89)],
    "fragments": [client_frame(b"", first=0x01)] + [client_frame(b"", first=0x00)] * 9
    + [client_frame(b"", first=0x80)],
}  # fmt: skip


class Gate:
    """Counts frames, and owes `wait` seconds from `after` of them on."""

    def __init__(self, *, after: int = 10**9, wait: float = 0.0) -> None:
        self.charged = 0
        self._after, self._wait = after, wait

    def __call__(self) -> float:
        self.charged += 1
        return self._wait if self.charged >= self._after else 0.0


def paced(gate: Gate) -> Any:
    protocol, _ = open_protocol(short_way=True)
    protocol.direct.pace(gate)
    return protocol


def many(kind: str, count: int) -> list[bytes]:
    """At least `count` whole frames."""
    return KINDS[kind] * (count // len(KINDS[kind]) + 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_turn_of_the_loop_takes_sixty_four_frames_of_a_socket(kind: str) -> None:
    gate, frames = Gate(), many(kind, 200)
    protocol = paced(gate)
    protocol.dataReceived(b"".join(frames))
    assert gate.charged == FRAMES_A_TURN
    assert protocol.transport.producerState == "paused"
    for turn in range(2, 5):
        await asyncio.sleep(0)
        assert gate.charged == min(FRAMES_A_TURN * turn, len(frames))
    assert protocol.transport.producerState == "producing"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_socket_that_owes_something_is_not_read(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "SHORTEST_PAUSE", 0.05)
    gate = Gate(after=20, wait=0.01)
    protocol = paced(gate)
    protocol.dataReceived(b"".join(many(kind, 30)))
    protocol.dataReceived(b"".join(many(kind, 30)))  # TLS had that already
    assert gate.charged == 20
    assert protocol.transport.producerState == "paused"
    await asyncio.sleep(0.06)
    assert gate.charged == 21
    assert protocol.transport.producerState == "paused"


async def test_one_frame_after_the_other_is_charged_and_the_last_one_stops_the_reading() -> None:
    for kind in KINDS:
        gate = Gate(after=len(KINDS[kind]), wait=1)
        protocol = paced(gate)
        for frame in KINDS[kind]:
            assert protocol.transport.producerState == "producing"
            protocol.dataReceived(frame)
        assert gate.charged == len(KINDS[kind])
        assert protocol.transport.producerState == "paused"


async def test_a_frame_in_tiny_pieces_is_charged_for_each_of_them() -> None:
    gate = Gate()
    protocol = paced(gate)
    for byte in client_frame(b"x" * 100, first=0x82):
        protocol.dataReceived(bytes([byte]))
    assert gate.charged >= 100


async def test_a_socket_that_hangs_up_while_paused_is_forgotten() -> None:
    protocol = paced(Gate(after=1, wait=0.01))
    protocol.dataReceived(b"".join(many("pings", 2)))
    protocol.server = SimpleNamespace(protocol_disconnected=lambda _: None)
    protocol.connectionLost(None)
    assert protocol.pause.cancelled()


async def test_reading_starts_again_when_nobody_wants_it_stopped() -> None:
    protocol = paced(Gate())
    protocol.stop_reading()
    protocol.dataReceived(b"".join(many("pings", 100)))
    await asyncio.sleep(0)
    assert protocol.held is None
    assert protocol.transport.producerState == "paused"
    protocol.start_reading()
    assert protocol.transport.producerState == "producing"


def test_sockets_of_one_person_take_turns_at_one_bucket(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAT_RATE_LIMITS = True
    monkeypatch.setattr(intake, "frames_of", Limiter(Rate(burst=10, per_second=10)))
    sockets = [Intake(address="192.0.2.7") for _ in range(4)]
    for socket in sockets:
        socket.person = "u_1"
    waits = [sockets[number % 4]() for number in range(14)]
    assert waits[:10] == [0] * 10
    # Each waits until those before it have paid, and none of them asks in between.
    assert [round(wait, 1) for wait in waits[10:]] == [0.1, 0.2, 0.3, 0.4]
    other = Intake(address="192.0.2.7")
    other.person = "u_2"
    assert other() == 0
