"""The load generator's checker: it must not call a loss, a repeat or a swap a delivery."""

import random

from benchmarks.delivery import Member, Order, Stream, mark_text
from benchmarks.websocket import PING, frames


def frame(payload: bytes, first_byte: int = 0x81) -> bytes:
    if len(payload) < 126:
        return bytes([first_byte, len(payload)]) + payload
    return bytes([first_byte, 126]) + len(payload).to_bytes(2, "big") + payload


def message(*marks: int) -> bytes:
    return frame(" ".join(f"{mark_text(mark)}hello" for mark in marks).encode())


def member(stream: Stream) -> tuple[Member, list[tuple[int, bytes]]]:
    others: list[tuple[int, bytes]] = []
    return Member(stream, lambda *other: others.append(other)), others


def test_members_who_are_sent_the_same_bytes_have_seen_the_same_messages() -> None:
    stream = Stream(Order())
    ada, bob = member(stream)[0], member(stream)[0]
    sent = message(1) + message(2, 3) + message(4)
    ada.receive(sent)
    bob.receive(sent[:7])
    assert (ada.count, bob.count) == (4, 0)
    bob.receive(sent[7:])
    assert bob.take() == [1, 2, 3, 4]
    assert stream.order.disorder == 0


def test_acks_and_pings_between_messages_change_nothing_however_reads_are_cut() -> None:
    cut = random.Random(1)
    for _ in range(200):
        stream = Stream(Order())
        for reader in range(4):
            seen, others = member(stream)
            sent = b""
            for mark in range(30):
                sent += message(mark)
                if cut.random() < 0.3:
                    sent += frame(b'{"type":"ack"}') if reader % 2 else frame(b"", 0x89)
            expected_others = sent.count(b"ack") if reader % 2 else sent.count(b"\x89\x00")
            while sent:
                size = cut.randrange(1, 90)
                seen.receive(sent[:size])
                sent = sent[size:]
            assert seen.take() == list(range(30))
            assert len(others) == expected_others
            assert all(opcode == (1 if reader % 2 else PING) for opcode, _ in others)
        assert stream.order.disorder == 0


def test_a_message_one_member_is_not_sent_is_not_counted() -> None:
    stream = Stream(Order())
    ada, bob = member(stream)[0], member(stream)[0]
    ada.receive(message(1) + message(2) + message(3))
    bob.receive(message(1) + message(3))
    assert (ada.count, bob.count) == (3, 2)
    assert stream.order.disorder == 0


def test_messages_that_come_twice_or_in_another_order_are_disorder() -> None:
    for other_way in ((1, 3, 2), (1, 2, 2, 3)):
        stream = Stream(Order())
        ada, bob = member(stream)[0], member(stream)[0]
        ada.receive(message(1) + message(2) + message(3))
        for mark in other_way:
            bob.receive(message(mark))
        assert stream.order.disorder == 1


def test_two_workers_may_cut_frames_differently_but_not_the_order() -> None:
    order = Order()
    ada, bob = member(Stream(order))[0], member(Stream(order))[0]
    ada.receive(message(1, 2) + message(3))
    bob.receive(message(1) + message(2, 3))
    assert ada.take() == bob.take() == [1, 2, 3]
    assert order.disorder == 0
    ada.receive(message(5) + message(4))
    bob.receive(message(4) + message(5))
    assert order.disorder == 1


def test_frames_of_every_length_are_cut_where_they_end() -> None:
    payloads = [b"", b"x" * 125, b"x" * 126, b"x" * 65535]
    buffer = b"".join(map(frame, payloads)) + b"\x81"
    assert [buffer[body:end] for _, body, end in frames(buffer)] == payloads
