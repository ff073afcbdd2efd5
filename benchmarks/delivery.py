"""Checks that every member of a room gets every message, in one order, at the cost of a byte comparison.

All members of a room on one worker should be sent the same bytes. The member who is furthest ahead is
parsed and becomes the reference (``Stream``); the others are compared to it with one ``startswith``
per read. Only what differs (an ack, a ping, the rest of a frame) is parsed frame by frame.

A message carries a mark, ``#m`` and the 18 digits of the nanosecond it was posted at and ``;``, which
is its name here: unique, and enough to tell its latency.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.websocket import frames

MARK = re.compile(rb"#m(\d{18});")


def mark_text(nanoseconds: int) -> str:
    return f"#m{nanoseconds:018d};"


@dataclass(eq=False)
class Order:
    """The order of one room's messages, as whoever saw each place first saw it."""

    marks: list[int] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    disorder: int = 0  # messages that came twice, late, or in another place than for someone else

    def follow(self, at: int, marks: list[int]) -> int:
        """Return the place reached by one who was at ``at`` and is now sent ``marks``."""
        if self.marks[at : at + len(marks)] == marks:
            return at + len(marks)
        for mark in marks:
            place = self.places.get(mark)
            if place is None and at == len(self.marks):
                self.places[mark] = at
                self.marks.append(mark)
                at += 1
            elif place is not None and place >= at:
                at = place + 1  # what was skipped shows as lost, or as disorder when it comes late
            else:
                self.disorder += 1
        return at


@dataclass(eq=False)
class Stream:
    """The bytes that carry messages, the same for every member of a room on one worker."""

    order: Order
    mark: re.Pattern[bytes] = MARK
    data: bytearray = field(default_factory=bytearray)
    frame_ends: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    mark_ends: list[int] = field(default_factory=list)  # the end of the frame the mark came in
    reached: int = 0

    def append(self, frame: bytes, marks: list[int]) -> None:
        self.data += frame
        end = len(self.data)
        self.frame_ends.append(end)
        self.marks += marks
        self.mark_ends += [end] * len(marks)
        self.reached = self.order.follow(self.reached, marks)

    def frame_start(self, position: int) -> int:
        index = bisect_right(self.frame_ends, position)
        return self.frame_ends[index - 1] if index else 0


class Member:
    """One socket in a room: ``receive`` what it read, ``count`` what it has seen."""

    def __init__(self, stream: Stream, other: Callable[[int, bytes], None]) -> None:
        """``other`` gets the opcode and payload of every frame that carries no message."""
        self.stream = stream
        self.other = other
        self.position = 0
        self.rest = b""  # an unfinished frame; only ever non-empty at the start of a frame
        self._taken = 0
        self._apart: list[int] | None = None  # what it has seen, once its bytes were its own
        self._reached = 0

    @property
    def count(self) -> int:
        if self._apart is not None:
            return len(self._apart)
        return bisect_right(self.stream.mark_ends, self.position)

    def take(self) -> list[int]:
        """Return the marks seen since the last call."""
        marks = self.stream.marks if self._apart is None else self._apart
        before, self._taken = self._taken, self.count
        return marks[before : self._taken]

    def receive(self, data: bytes) -> None:
        stream = self.stream
        if self._apart is None and not self.rest and stream.data.startswith(data, self.position):
            self.position += len(data)
            return
        if self._apart is None:
            start = stream.frame_start(self.position)
            buffer = bytes(stream.data[start : self.position]) + self.rest + data
            self.position = start
        else:
            buffer = self.rest + data
        end = start = 0
        for opcode, body, end in frames(buffer):
            self._frame(opcode, buffer[start:end], body - start)
            start = end
        self.rest = buffer[end:]
        if self._apart is None and stream.data.startswith(self.rest, self.position):
            self.position += len(self.rest)
            self.rest = b""

    def _frame(self, opcode: int, frame: bytes, body: int) -> None:
        stream = self.stream
        if self._apart is None and stream.data.startswith(frame, self.position):
            self.position += len(frame)
            return
        marks = [int(mark) for mark in stream.mark.findall(frame, body)]
        if not marks:
            self.other(opcode, frame[body:])
            return
        if self._apart is None and self.position == len(stream.data):
            stream.append(frame, marks)
            self.position += len(frame)
            return
        if self._apart is None:
            self._leave_stream()
        assert self._apart is not None
        self._apart += marks
        self._reached = stream.order.follow(self._reached, marks)

    def _leave_stream(self) -> None:
        """Go on by marks alone: this member's frames are cut otherwise than the stream's."""
        self._apart = self.stream.marks[: self.count]
        self._reached = self.stream.order.places[self._apart[-1]] + 1 if self._apart else 0
