"""The short path for common frames does what Autobahn does without it, byte for byte."""

import operator
from itertools import accumulate, pairwise
from types import SimpleNamespace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from twisted.internet.testing import StringTransport

from chatsite.server.websocket import ChatProtocol, ChatSocketFactory
from tests.support.frames import client_frame

OPTIONS = SimpleNamespace(
    server_name="",
    websocket_handshake_timeout=0,
    websocket_max_message_size=70_000,
    websocket_max_frame_size=66_000,
)
factory = ChatSocketFactory(OPTIONS)


class Wire(StringTransport):  # type: ignore[misc]
    """Keeps what is written, and how it was closed."""

    aborted = False

    def unregisterProducer(self) -> None:
        self.producer = None

    def abortConnection(self) -> None:
        self.aborted = True


def open_protocol(*, short_way: bool) -> tuple[Any, list[tuple[bytes, bool]]]:
    protocol: Any = factory.buildProtocol(None)
    if not short_way:
        protocol.text_limit = -1  # no frame is short enough
    protocol.makeConnection(Wire())
    protocol.state = ChatProtocol.STATE_OPEN
    received: list[tuple[bytes, bool]] = []

    def receive(payload: bytes, is_binary: bool) -> None:
        received.append((payload, is_binary))
        if payload == b"close":
            protocol.direct.close(4000, "asked to")
        if payload == b"fail":
            raise ValueError("asked to")

    protocol.direct.on_message(receive)
    return protocol, received


keys = st.binary(min_size=4, max_size=4) | st.just(bytes(4))
texts = st.text(max_size=20).map(str.encode)
lengths = st.sampled_from([125, 126, 127, 300, 65_535, 65_536])
controls = st.builds(client_frame, texts, first=st.sampled_from([0x89, 0x8A]), key=keys)
pongs = st.builds(client_frame, st.just(b""), first=st.just(0x8A), key=keys)


@st.composite
def messages(draw: st.DrawFn) -> list[bytes]:
    """One message in up to three fragments, with control frames between them."""
    first = draw(st.sampled_from([0x81, 0x81, 0x81, 0x82]))
    payload = draw(texts | texts | texts | lengths.map(lambda length: b"x" * length))
    cuts = draw(st.just([]) | st.lists(st.integers(0, len(payload)), max_size=2).map(sorted))
    parts = [payload[start:end] for start, end in pairwise([0, *cuts, len(payload)])]
    frames = []
    for number, part in enumerate(parts):
        opcode = 0 if number else first & 0x0F
        final = 0x80 if number == len(parts) - 1 else 0
        frames.append(client_frame(part, first=final | opcode, key=draw(keys)))
        frames += draw(st.just([]) | st.lists(controls | pongs, max_size=1))
    return frames


endings = st.one_of(
    st.sampled_from([b"", b"\x03\xe8bye", b"\x03"]).map(lambda p: client_frame(p, first=0x88)),
    st.sampled_from([b"close", b"fail", b"x" * 66_001]).map(client_frame),
    # What the standard forbids, or may, depending on what came before.
    st.builds(client_frame, texts, first=st.sampled_from([0x00, 0x01, 0x80]), key=keys),
    st.builds(client_frame, texts, first=st.integers(0, 255), key=keys),
    st.builds(client_frame, st.binary(max_size=10), key=keys),
    st.builds(client_frame, texts, key=st.none()),
    st.builds(client_frame, texts, key=keys, form=st.sampled_from([126, 127])),
    st.binary(max_size=20),
)


@st.composite
def reads(draw: st.DrawFn) -> list[bytes]:
    """A client's bytes as they may arrive: cut between frames, in their headers, anywhere."""
    sent = [frame for message in draw(st.lists(messages(), max_size=6)) for frame in message]
    if draw(st.booleans()):
        sent += [draw(endings), *draw(messages())]
    stream = b"".join(sent)
    ends = [0, *accumulate(map(len, sent))]
    near_an_end = st.builds(operator.add, st.sampled_from(ends), st.integers(-2, 9))
    cuts = draw(st.lists(st.sampled_from(ends) | near_an_end | st.integers(0, ends[-1])))
    bounds = sorted({0, *(min(max(cut, 0), ends[-1]) for cut in cuts), ends[-1]})
    return [stream[start:end] for start, end in pairwise(bounds)]


# A text frame inside a fragmented message; bytes that look like a text frame in the middle of
# a ping, and in the middle of another frame's header.
INTRUDER = [client_frame(b"frag", first=0x01), client_frame(b"intruder")]
DECOY = client_frame(client_frame(b"decoy"), first=0x89, key=bytes(4))
DECOY_KEY = client_frame(b"hi", key=b"\x81\x80\x00\x00")


@settings(max_examples=150, deadline=None)
@example(INTRUDER)
@example([DECOY[:6], DECOY[6:]])
@example([DECOY_KEY[:2], DECOY_KEY[2:]])
@given(reads())
def test_bytes_in_any_portions_have_autobahns_outcome(reads: list[bytes]) -> None:
    ours, our_messages = open_protocol(short_way=True)
    theirs, their_messages = open_protocol(short_way=False)
    for data in reads:
        for protocol in (ours, theirs):
            if not protocol.transport.aborted:
                protocol.dataReceived(data)
        # After every read, not only in the end: nothing waits for the next one.
        assert our_messages == their_messages
        assert ours.transport.value() == theirs.transport.value()
        assert ours.state == theirs.state
    assert ours.transport.aborted == theirs.transport.aborted
    assert ours.transport.disconnecting == theirs.transport.disconnecting
    assert ours.localCloseCode == theirs.localCloseCode


def test_an_open_socket_keeps_little() -> None:
    protocol, _ = open_protocol(short_way=True)
    protocol.client_addr = ["127.0.0.1", 1]
    protocol.slim()
    assert set(vars(protocol)) == {
        "client_addr", "connected", "direct", "factory", "message_callback", "server", "state",
        "transport",
    }  # fmt: skip
