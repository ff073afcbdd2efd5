"""Clients that go out, of which tests say where they may go."""

import socket
from ipaddress import ip_network
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from rooms.outbound.client import OutboundClient
from rooms.outbound.outcomes import OutboundError, Outcome
from tests.support.https import Asked, answer

LOOPBACK = (ip_network("127.0.0.0/8"),)


async def hello(asked: Asked, writer: object) -> bytes:
    return answer(200, b"hello")


class Names(AbstractResolver):
    """Answers from a table: of each name the addresses, one after the other, the last for ever."""

    def __init__(self, **names: list[str]) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        left = self._names[host.replace(".", "_")]
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            ResolveResult(
                hostname=host, host=found, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None: ...


async def outcome(going: OutboundClient, url: str, **options: Any) -> Outcome:
    try:
        await going.request("GET", url, **options)
    except OutboundError as error:
        return error.outcome
    return Outcome.ANSWERED


def plain(port: int, **options: Any) -> OutboundClient:
    """Return a client that may use http and this port, but only what is allowed of addresses."""
    options = {
        "purpose": "test",
        "schemes": ("http", "https"),
        "ports": (port,),
        "connect": 0.2,
    } | options
    return OutboundClient(**options)
