"""Nobody makes the site send a request to what only it can reach, whatever a name or a redirect leads to."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from dnslib import RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSServer

from rooms.outbound import client
from rooms.outbound.outcomes import OutboundError, Outcome
from tests.security.going_out import LOOPBACK, Names, hello, outcome, plain
from tests.support.https import Asked, Authority, Server, answer


async def test_a_private_address_is_not_connected_to_however_it_is_named(settings: Any) -> None:
    async with Server(hello) as server:
        going = plain(server.port, resolver=Names(home_test=["127.0.0.1"]))
        for host in ("127.0.0.1", "home.test", "[::1]", "[::ffff:127.0.0.1]"):
            assert await outcome(going, f"http://{host}:{server.port}/") == Outcome.UNREACHABLE
        assert server.connections == 0
        settings.CHAT_OUTBOUND_ALLOW = LOOPBACK
        assert await outcome(going, f"http://home.test:{server.port}/") == Outcome.ANSWERED
        assert server.connections == 1, "it was there all the time"
        await going.close()


async def test_the_system_s_names_are_judged_too() -> None:
    async with Server(hello) as server:
        going = plain(server.port)
        assert await outcome(going, f"http://localhost:{server.port}/") == Outcome.UNREACHABLE
        assert server.connections == 0
        await going.close()


class Rebinding(BaseResolver):
    """A name server whose name leads to the internet once, and home ever after."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def resolve(self, request: DNSRecord, handler: object) -> DNSRecord:
        self.given.append("127.0.0.1" if self.given else "192.0.1.1")
        reply = request.reply()
        reply.add_answer(RR(request.q.qname, rdata=A(self.given[-1]), ttl=0))
        return reply


class Asking(AbstractResolver):
    """Asks that name server over the network."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        sent = await asyncio.to_thread(DNSRecord.question(host).send, "127.0.0.1", self._port)
        found = str(DNSRecord.parse(sent).rr[0].rdata)
        return [
            ResolveResult(
                hostname=host, host=found, port=port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None: ...


@pytest.fixture
def rebinding() -> Iterator[tuple[Rebinding, int]]:
    names = Rebinding()
    server = DNSServer(names, address="127.0.0.1", port=0)
    server.start_thread()
    yield names, server.server.server_address[1]
    server.stop()


async def test_a_name_that_leads_home_the_second_time_does_not_get_there(
    rebinding: tuple[Rebinding, int],
) -> None:
    names, port = rebinding
    async with Server(hello) as server:
        going = plain(server.port, resolver=Asking(port))
        url = f"http://rebinding.test:{server.port}/"
        assert await outcome(going, url) == Outcome.UNREACHABLE  # nobody answers at the public one
        assert await outcome(going, url) == Outcome.UNREACHABLE
        assert names.given == ["192.0.1.1", "127.0.0.1"]
        assert server.connections == 0
        await going.close()


async def test_a_redirect_is_judged_like_the_first_url(settings: Any) -> None:
    # On Linux all of 127/8 is this machine: 127.0.0.2 is allowed here, and 127.0.0.1 is not.
    settings.CHAT_OUTBOUND_ALLOW = (ip_network("127.0.0.2/32"),)
    led: dict[str, str] = {}

    async def redirect(asked: Asked, writer: object) -> bytes:
        return answer(302, Location=led[asked.path]) if asked.path in led else answer(200, b"there")

    async with (
        Server(redirect, address="127.0.0.2") as server,
        Server(hello, port=server.port) as home,
    ):
        led |= {f"/{n}": f"/{n + 1}" for n in range(20)}
        led["/file"], led["/odd"], led["/ok"] = "file:///etc/passwd", "http://2130706433/", "/there"
        led["/home"] = f"http://home.test:{home.port}/"
        going = plain(server.port, resolver=Names(home_test=["127.0.0.1"]))
        start = f"http://127.0.0.2:{server.port}"
        assert await outcome(going, start + "/file", redirects=3) == Outcome.REFUSED
        assert await outcome(going, start + "/odd", redirects=3) == Outcome.REFUSED
        assert await outcome(going, start + "/home", redirects=3) == Outcome.UNREACHABLE
        assert home.connections == 0
        assert (await going.request("GET", start + "/ok", redirects=3)).body == b"there"
        assert (await going.request("GET", start + "/ok")).status == 302, (
            "unless it is to be followed"
        )
        server.asked.clear()
        assert (await going.request("GET", start + "/0", redirects=20)).status == 302
        assert len(server.asked) == 1 + client.REDIRECTS
        await going.close()


async def test_a_redirect_never_leads_from_https_to_http(
    allowed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def down(asked: Asked, writer: object) -> bytes:
        return answer(302, Location=f"http://127.0.0.1:{insecure.port}/")

    async with (
        Server(hello) as insecure,
        Server(down, tls=authority.context("127.0.0.1")) as server,
    ):
        going = plain(server.port)
        url = f"https://127.0.0.1:{server.port}/"
        assert await outcome(going, url, redirects=1) == Outcome.REFUSED
        assert insecure.connections == 0
        await going.close()


async def test_a_certificate_of_nobody_s_is_not_trusted(allowed: None, tmp_path: Path) -> None:
    async with Server(hello, tls=Authority(tmp_path).context("127.0.0.1")) as server:
        going = plain(server.port)
        assert await outcome(going, f"https://127.0.0.1:{server.port}/") == Outcome.UNTRUSTED
        assert server.asked == []
        await going.close()


async def test_what_is_refused_looks_like_what_is_not_there(settings: Any) -> None:
    """Or somebody would learn from it what runs in our network."""
    async with Server(hello) as server:
        pass  # a port at which nobody listens
    seen = []
    for allow, host in (((), "127.0.0.1"), (LOOPBACK, "127.0.0.1"), (LOOPBACK, "gone.test")):
        settings.CHAT_OUTBOUND_ALLOW = allow
        going = plain(server.port, resolver=_NoNames())
        begun = asyncio.get_running_loop().time()
        with pytest.raises(OutboundError) as refused:
            await going.request("GET", f"http://{host}:{server.port}/")
        assert asyncio.get_running_loop().time() - begun >= 0.19, "as long as one that is silent"
        seen.append(str(refused.value))
        await going.close()
    assert set(seen) == {"unreachable"}


class _NoNames(AbstractResolver):
    async def resolve(self, *args: object, **options: object) -> list[ResolveResult]:
        raise OSError("no such name")

    async def close(self) -> None: ...


async def test_a_proxy_is_asked_for_names_and_not_for_private_addresses(settings: Any) -> None:
    async with Server(hello) as proxy:
        settings.CHAT_OUTBOUND_PROXY = f"http://127.0.0.1:{proxy.port}"
        going = plain(80)
        assert await outcome(going, "http://push.test/") == Outcome.ANSWERED
        assert await outcome(going, "http://10.0.0.1/") == Outcome.UNREACHABLE
        assert [asked.path for asked in proxy.asked] == ["http://push.test/"]
        await going.close()
