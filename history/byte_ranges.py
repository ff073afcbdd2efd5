"""The part of a file that a request asks for (RFC 9110, 14): of several parts, all of it."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from `start` up to, but without, `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Unsatisfiable(ValueError):
    """None of the bytes that were asked for is in the file."""


def wanted(header: str, size: int) -> Part | None:
    """Return the part that a Range header asks for; None where that is the whole file.

    Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:  # the last bytes
        length = min(int(last), size)
        part = Part(size - length, size)
    else:
        start = int(first)
        if last and int(last) < start:
            return None  # no range at all: such a header is ignored
        part = Part(start, min(int(last) + 1, size) if last else size)
    if part.length <= 0:
        raise Unsatisfiable
    return part
