"""Frames are as RFC 6455 says, and the short path takes no frame that the parser would refuse."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from chatsite.server.framing import read_text, text_frame, unmask
from tests.support.frames import client_frame

NO_LIMIT = 2**63

ascii_text = st.text(st.characters(codec="ascii"), max_size=300).map(str.encode)
any_text = st.text(max_size=300).map(str.encode)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_a_text_frame_is_what_another_library_builds(length: int) -> None:
    payload = b"x" * length
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_unmasking_is_xor_with_the_repeated_key(payload: bytes, key: bytes) -> None:
    assert unmask(payload, key) == bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


@given(st.lists(any_text), st.binary(min_size=4, max_size=4))
def test_messages_in_one_read_come_out_in_order(payloads: list[bytes], key: bytes) -> None:
    data, at, read = b"".join(client_frame(p, key=key) for p in payloads), 0, []
    while message := read_text(data, at, NO_LIMIT):
        payload, at = message
        read.append(payload)
    assert read == payloads
    assert at == len(data)


@given(any_text, st.data())
def test_part_of_a_frame_is_left_alone(payload: bytes, data: st.DataObject) -> None:
    frame = client_frame(payload)
    assert read_text(frame[: data.draw(st.integers(0, len(frame) - 1))], 0, NO_LIMIT) is None


def test_a_message_may_be_as_long_as_the_limit() -> None:
    frame = client_frame(b"x" * 1000)
    assert read_text(frame, 0, 1000) == (b"x" * 1000, len(frame))
    assert read_text(frame, 0, 999) is None


@pytest.mark.parametrize(
    "frame",
    [
        client_frame(b"hello", key=None),
        client_frame(b"hello", first=0x01),  # to be continued
        client_frame(b"hello", first=0x80),  # the end of another
        client_frame(b"hello", first=0x82),  # binary
        client_frame(b"hello", first=0xC1),  # RSV1: compressed
        client_frame(b"", first=0x88),  # close
        client_frame(b"", first=0x89),  # ping
        client_frame(b"hello", form=126),
        client_frame(b"hello", form=127),
        client_frame(b"x" * 65536),
        client_frame(b"\xff\xfe"),
        client_frame("é".encode()[:1]),
        client_frame(b"\xed\xa0\x80"),  # a surrogate
        client_frame(b"\xf4\x90\x80\x80"),  # past U+10FFFF
        client_frame(b"\xc0\x80"),  # NUL, too long
    ],
)
def test_anything_unusual_is_left_to_the_parser(frame: bytes) -> None:
    assert read_text(frame, 0, NO_LIMIT) is None


@settings(max_examples=300)
@example(b"\xed\x9f\xbf", b"\xee\x80\x80")  # the neighbours of the surrogates
@given(st.binary(max_size=20), ascii_text)
def test_a_payload_is_utf8_by_pythons_rules(payload: bytes, around: bytes) -> None:
    text = around + payload + around
    try:
        text.decode()
    except UnicodeDecodeError:
        assert read_text(client_frame(text), 0, NO_LIMIT) is None
    else:
        assert read_text(client_frame(text), 0, NO_LIMIT) is not None
