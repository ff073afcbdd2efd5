"""Daphne's access log, written once in a turn of the event loop and not line by line.

When a thousand sockets reconnect, each of them logs some lines. Standard output is unbuffered wherever
a log has to be complete, and a system call for each line would be a tenth of what a reconnect costs.

Paths are logged without their query: what somebody searches for is nobody's business. Nor do
they name the token of a hook, with which anybody could post.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, TextIO

from daphne.access import AccessLogGenerator

from rooms.hooks.paths import without_tokens


class AccessLog(AccessLogGenerator):  # type: ignore[misc]
    """Gather Daphne's lines in order. `flush` writes those that wait."""

    def __init__(self, stream: TextIO, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(self)  # Daphne writes its lines to this stream
        self._to = stream
        self._loop = loop
        self._lines: list[str] = []

    def __call__(self, protocol: str, action: str, details: Mapping[str, Any]) -> None:
        path = str(details.get("path", "")).partition("?")[0]
        super().__call__(protocol, action, {**details, "path": without_tokens(path)})

    def write(self, line: str) -> None:
        if not self._lines:
            self._loop.call_soon(self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        self._to.write("".join(lines))
