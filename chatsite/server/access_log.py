"""Daphne's access log, written once in a turn of the event loop and not line by line.

When a thousand sockets come back each of them has lines to write, and standard output is unbuffered
wherever a log has to be complete: a system call for each would be a tenth of what they cost.

Addresses are logged without their query: what somebody searches for is nobody's business.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, TextIO

from daphne.access import AccessLogGenerator


class AccessLog(AccessLogGenerator):  # type: ignore[misc]
    """Daphne's lines, in their order. `flush` writes those that wait."""

    def __init__(self, stream: TextIO, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(self)  # the stream that Daphne's part writes to
        self._to = stream
        self._loop = loop
        self._lines: list[str] = []

    def __call__(self, protocol: str, action: str, details: Mapping[str, Any]) -> None:
        path = str(details.get("path", "")).partition("?")[0]
        super().__call__(protocol, action, {**details, "path": path})

    def write(self, line: str) -> None:
        if not self._lines:
            self._loop.call_soon(self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        self._to.write("".join(lines))
