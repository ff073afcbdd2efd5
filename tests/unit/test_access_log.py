"""Daphne's lines, in their order, in one write for each turn of the loop."""

import asyncio
from typing import Any

from daphne.access import AccessLogGenerator

from chatsite.server.access_log import AccessLog


class Stream:
    def __init__(self) -> None:
        self.writes: list[str] = []

    def write(self, text: str) -> None:
        self.writes.append(text)


def happen(log: Any, *actions: tuple[str, str]) -> None:
    for action, path in actions:
        log("websocket", action, {"path": path, "client": "192.0.2.7:4711"})


def without_time(text: str) -> list[str]:
    return [line[: line.index("[")] + line[line.index("]") :] for line in text.splitlines()]


async def test_lines_of_one_loop_turn_are_written_at_once() -> None:
    actions = [("connecting", "/ws/a/"), ("connected", "/ws/a/"), ("disconnected", "/ws/b/")]
    plain, stream = Stream(), Stream()
    happen(AccessLogGenerator(plain), *actions)
    log: Any = AccessLog(stream, asyncio.get_running_loop())  # type: ignore[arg-type]
    happen(log, *actions)
    assert stream.writes == []
    await asyncio.sleep(0)
    assert len(stream.writes) == 1
    assert without_time(stream.writes[0]) == without_time("".join(plain.writes))
    happen(log, ("rejected", "/ws/c/"))
    await asyncio.sleep(0)
    assert "WSREJECT /ws/c/" in stream.writes[1]


async def test_query_strings_are_not_logged() -> None:
    stream = Stream()
    log: Any = AccessLog(stream, asyncio.get_running_loop())  # type: ignore[arg-type]
    request = {"client": "192.0.2.7:4711", "method": "GET", "status": 200, "size": 9}
    log("http", "complete", {**request, "path": "/history/?q=secret"})
    happen(log, ("connecting", "/ws/a/?after=secret"), ("disconnected", "/ws/a/?secret?"))
    log.flush()
    assert "secret" not in "".join(stream.writes)
    assert '"GET /history/" 200 9' in stream.writes[0]


async def test_tokens_of_hooks_are_not_logged() -> None:
    stream = Stream()
    log: Any = AccessLog(stream, asyncio.get_running_loop())  # type: ignore[arg-type]
    request = {"client": "192.0.2.7:4711", "method": "POST", "status": 200, "size": 9}
    log("http", "complete", {**request, "path": "/hooks/secret?x"})
    log("http", "complete", {**request, "path": "//hooks/secret/"})
    log.flush()
    assert "secret" not in "".join(stream.writes)
    assert '"POST /hooks/-" 200 9' in stream.writes[0]


async def test_lines_that_wait_are_written_when_the_server_stops() -> None:
    stream = Stream()
    log: Any = AccessLog(stream, asyncio.get_running_loop())  # type: ignore[arg-type]
    happen(log, ("disconnected", "/ws/a/"))
    log.flush()
    assert "WSDISCONNECT /ws/a/" in stream.writes[0]
